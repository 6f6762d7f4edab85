SELECT SenderFromDomain, count() AS Mails, formatDateTime(max(Timestamp), '%Y-%m-%d %H:%i:%S') AS Last FROM linkgate.EmailEvents FINAL
WHERE Timestamp > toDateTime64('2026-10-02 00:00:00', 7, 'UTC') AND positionCaseInsensitive(Subject, 'password') > 0 AND match(lower(Subject), '(^|[^a-z0-9])password($|[^a-z0-9])') AND endsWith(lower(SenderFromAddress), '7.example')
GROUP BY SenderFromDomain ORDER BY Mails DESC, SenderFromDomain LIMIT 50
