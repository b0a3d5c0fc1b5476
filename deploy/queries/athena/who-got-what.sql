-- Who got which credentials: how often, by what, and when last
SELECT user, profile, via, rule, count(*) AS vends, min(time) AS first_at, max(time) AS last_at
FROM lines
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND service = 'vend' AND outcome = 'issued'
GROUP BY user, profile, via, rule
ORDER BY vends DESC, user, profile
