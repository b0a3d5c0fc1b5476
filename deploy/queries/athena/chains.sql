-- Processes whose lines have gaps or doubles within the days looked at; `sentinel audit verify` checks hashes as well
SELECT process, service, min(time) AS first_at, max(time) AS last_at,
  min(sequence) AS lowest,
  max(sequence) AS highest,
  count(*) AS written,
  count(DISTINCT sequence) AS different
FROM lines
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND process IS NOT NULL
GROUP BY process, service
HAVING count(DISTINCT sequence) <> max(sequence) - min(sequence) + 1 OR count(*) <> count(DISTINCT sequence)
ORDER BY first_at, process
