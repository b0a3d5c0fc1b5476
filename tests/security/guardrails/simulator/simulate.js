// One question a line on standard input, one answer a line on standard output, so that one process serves every test.
import { createInterface } from 'node:readline'
import * as policies from '@cloud-copilot/iam-policy'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const validators = {
  identity: policies.validateIdentityPolicy,
  trust: policies.validateTrustPolicy,
  scp: policies.validateServiceControlPolicy,
  rcp: policies.validateResourceControlPolicy,
  resource: policies.validateResourcePolicy
}

async function answer(question) {
  if (question.validate !== undefined) {
    return { errors: [...validators[question.kind](question.validate), ...policies.lintPolicy(question.validate)] }
  }
  if (question.unchecked) {
    return { result: runUnsafeSimulation(question.simulation, {}), denying: [], ignored: [] }
  }
  const outcome = await runSimulation(question.simulation, {})
  if (outcome.resultType !== 'single') return { errors: outcome.errors ?? [outcome.resultType] }
  const { analysis, ignoredContextKeys } = outcome.result
  const organization = [analysis.scpAnalysis, analysis.rcpAnalysis].flatMap((each) => each?.ouAnalysis ?? [])
  const denying = organization.flatMap((unit) => unit.denyStatements.map((found) => found.statement.sid()))
  return { result: outcome.overallResult, denying, ignored: ignoredContextKeys ?? [] }
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(JSON.parse(line)).catch((error) => ({ errors: [String(error)] }))
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
