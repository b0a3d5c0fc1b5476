"""Names of constructs. CloudFormation derives logical ids from them, so they do not contain the deployment's name."""


def construct_name(words: str, suffix: str = "") -> str:
    """Join words in camel case: `policies/break-glass` and `Document` give `PoliciesBreakGlassDocument`."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return "".join(word.capitalize() for word in spaced.split()) + suffix
