# For each line of standard input, the AWS CLI says who it is and reads the table's note.
# Usage: use_aws_cli.sh TABLE AWS-COMMAND...
set -eu
table=$1
shift
while read -r _; do
  arn=$("$@" sts get-caller-identity --query Arn --output text)
  note=$("$@" dynamodb scan --table-name "$table" --query 'Items[0].note.S' --output text)
  echo "$arn $note"
done
