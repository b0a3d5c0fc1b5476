-- How long writing a revocation into the accounts of live credentials took (the kill switch), in milliseconds
SELECT kill_switch,
  count(*) AS writes,
  approx_percentile(element_at(steps, 'kill_switch'), 0.5) AS median_ms,
  approx_percentile(element_at(steps, 'kill_switch'), 0.95) AS p95_ms,
  max(element_at(steps, 'kill_switch')) AS slowest_ms
FROM lines
WHERE day >= date_format(current_date - interval '90' day, '%Y/%m/%d')
  AND kind = 'sentinel.audit' AND element_at(steps, 'kill_switch') IS NOT NULL
GROUP BY kill_switch
ORDER BY slowest_ms DESC
