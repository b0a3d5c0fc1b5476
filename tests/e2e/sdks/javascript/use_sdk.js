// For each line of standard input, one process of the JavaScript SDK says who it is and reads the table's note.
import { createInterface } from "node:readline";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const [table] = process.argv.slice(2);
const sts = new STSClient();
const dynamodb = new DynamoDBClient();
for await (const _ of createInterface({ input: process.stdin })) {
  const { Arn } = await sts.send(new GetCallerIdentityCommand());
  const { Items } = await dynamodb.send(new ScanCommand({ TableName: table }));
  console.log(`${Arn} ${Items[0].note.S}`);
}
