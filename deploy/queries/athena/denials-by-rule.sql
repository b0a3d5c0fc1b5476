-- Refusals of credentials by rule and code, with how many people they concern
SELECT code, rule, profile, count(*) AS refusals, count(DISTINCT user) AS people, max(time) AS last_at
FROM lines
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND service = 'vend' AND outcome = 'refused'
GROUP BY code, rule, profile
ORDER BY refusals DESC, code, rule
