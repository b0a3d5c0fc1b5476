// For each line of standard input, one process of the JavaScript SDK says who it is and reads the table's note.
// Usage: node use_sdk.js TABLE [http]: with `http`, credentials come from that provider, not from the default chain.
import { createInterface } from "node:readline";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromHttp } from "@aws-sdk/credential-provider-http";

const [table, provider] = process.argv.slice(2);
const configuration = provider === "http" ? { credentials: fromHttp() } : {};
const sts = new STSClient(configuration);
const dynamodb = new DynamoDBClient(configuration);
for await (const _ of createInterface({ input: process.stdin })) {
  const { Arn } = await sts.send(new GetCallerIdentityCommand());
  const { Items } = await dynamodb.send(new ScanCommand({ TableName: table }));
  console.log(`${Arn} ${Items[0].note.S}`);
}
