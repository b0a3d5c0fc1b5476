"""Names of constructs. CloudFormation's logical ids are made of them, so they stay when a deployment is renamed."""


def construct_name(words: str, suffix: str = "") -> str:
    """Join words of any spelling in one: `policies/break-glass` and `Document` give `PoliciesBreakGlassDocument`."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return "".join(word.capitalize() for word in spaced.split()) + suffix
