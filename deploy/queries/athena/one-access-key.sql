-- Whose credentials an access key is, and what they rest on: put the id in place of ASIAEXAMPLE
SELECT time, user, profile, role_arn, session_id, via, grant_id, rule, policy_version, source_ip, expires_at
FROM lines
WHERE day >= date_format(current_date - interval '365' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND access_key_id = 'ASIAEXAMPLE'
ORDER BY time
