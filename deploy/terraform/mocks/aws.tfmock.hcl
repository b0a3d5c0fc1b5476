# Mock answers of the AWS provider, with well-formed ARNs.

mock_data "aws_caller_identity" {
  defaults = { account_id = "111122223333" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_region" {
  defaults = { name = "eu-central-1" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/mock-admin" }
}

mock_resource "aws_iam_policy" {
  defaults = { arn = "arn:aws:iam::111122223333:policy/SentinelRevocations" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:111122223333:sentinel-events" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:111122223333:log-group:mock" }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn        = "arn:aws:lambda:eu-central-1:111122223333:function:mock"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/mock/invocations"
    version    = "7"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn        = "arn:aws:lambda:eu-central-1:111122223333:function:mock:live"
    invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/mock:live/invocations"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = { arn = "arn:aws:events:eu-central-1:111122223333:rule/sentinel-groups" }
}

mock_resource "aws_apigatewayv2_api" {
  defaults = {
    id            = "httpapi001"
    execution_arn = "arn:aws:execute-api:eu-central-1:111122223333:httpapi001"
    api_endpoint  = "https://httpapi001.execute-api.eu-central-1.amazonaws.com"
  }
}

mock_resource "aws_api_gateway_rest_api" {
  defaults = {
    id               = "restapi001"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-central-1:111122223333:restapi001"
  }
}

mock_resource "aws_apigatewayv2_authorizer" {
  defaults = { id = "auth01" }
}

mock_resource "aws_api_gateway_authorizer" {
  defaults = { id = "auth02" }
}

mock_resource "aws_cloudwatch_event_bus" {
  defaults = { arn = "arn:aws:events:eu-central-1:111122223333:event-bus/sentinel-events" }
}

mock_resource "aws_kinesis_firehose_delivery_stream" {
  defaults = { arn = "arn:aws:firehose:eu-central-1:111122223333:deliverystream/sentinel-audit" }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    id  = "sentinel-audit-111122223333-eu-central-1"
    arn = "arn:aws:s3:::sentinel-audit-111122223333-eu-central-1"
  }
}
