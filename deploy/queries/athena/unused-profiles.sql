-- Profiles that each person was last given over 60 days ago, in a year: access that may no longer be needed
SELECT user, profile, count(*) AS vends, max(time) AS last_at
FROM lines
WHERE day >= date_format(current_date - interval '365' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND service = 'vend' AND outcome = 'issued'
GROUP BY user, profile
HAVING max(from_iso8601_timestamp(time)) < current_timestamp - interval '60' day
ORDER BY last_at
