-- Who decides for whom: how many requests of each person each approver approved or denied
SELECT user AS approver, grant_user AS requester, profile,
  count(*) FILTER (WHERE regexp_like(operation, '/approve$')) AS approved,
  count(*) FILTER (WHERE regexp_like(operation, '/deny$')) AS denied
FROM lines
WHERE day >= date_format(current_date - interval '90' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND outcome <> 'refused'
  AND regexp_like(operation, '^POST /v1/requests/.+/(approve|deny)$')
GROUP BY user, grant_user, profile
ORDER BY approved DESC, approver, requester
