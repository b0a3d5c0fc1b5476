-- Break-glass: each event with who used it, how many credentials it gave, and whether another person reviewed it
SELECT grant_id,
  coalesce(max(grant_user), max(user) FILTER (WHERE via = 'break-glass')) AS holder,
  max(profile) AS profile,
  min(time) AS first_at,
  max(time) AS last_at,
  count(*) FILTER (WHERE outcome = 'issued') AS vends,
  max(user) FILTER (WHERE regexp_like(operation, '/review$')) AS reviewer
FROM lines
WHERE day >= date_format(current_date - interval '90' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND outcome <> 'refused' AND grant_id IS NOT NULL
  AND (via = 'break-glass' OR regexp_like(operation, '^POST /v1/break-glass'))
GROUP BY grant_id
ORDER BY first_at
