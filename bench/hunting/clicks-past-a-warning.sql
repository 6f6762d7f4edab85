SELECT m.SenderFromAddress AS Sender, count() AS Clicks, uniqExact(c.AccountUpn) AS People
FROM (SELECT NetworkMessageId, RecipientEmailAddress, SenderFromAddress FROM linkgate.EmailEvents FINAL WHERE Timestamp > toDateTime64('2026-10-02 00:00:00', 7, 'UTC')) AS m
RIGHT JOIN (SELECT NetworkMessageId, AccountUpn FROM linkgate.UrlClickEvents FINAL WHERE Timestamp > toDateTime64('2026-10-25 00:00:00', 7, 'UTC') AND IsClickedThrough) AS c
ON c.NetworkMessageId = m.NetworkMessageId AND c.AccountUpn = m.RecipientEmailAddress
GROUP BY Sender ORDER BY Clicks DESC, Sender LIMIT 50
