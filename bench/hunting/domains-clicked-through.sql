SELECT UrlDomain, count() AS TotalClicks, countIf(ActionType = 'ClickBlocked') AS Blocked, countIf(ActionType = 'ClickAllowed' AND NOT IsClickedThrough) AS WarningShown, countIf(IsClickedThrough) AS ClickedThrough
FROM linkgate.UrlClickEvents FINAL WHERE Timestamp > toDateTime64('2026-10-02 00:00:00', 7, 'UTC') AND ThreatTypes != '' GROUP BY UrlDomain HAVING TotalClicks > 3
ORDER BY ClickedThrough DESC, TotalClicks DESC, UrlDomain LIMIT 100
