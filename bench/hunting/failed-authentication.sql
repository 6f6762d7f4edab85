SELECT SenderFromDomain, JSONExtractString(AuthenticationDetails, 'SPF') AS SPF, JSONExtractString(AuthenticationDetails, 'DMARC') AS DMARC, uniqExact(NetworkMessageId) AS Mails, uniqExact(RecipientEmailAddress) AS Recipients
FROM linkgate.EmailEvents FINAL WHERE Timestamp > toDateTime64('2026-10-25 00:00:00', 7, 'UTC') AND UrlCount > 0 AND DeliveryAction = 'Delivered' AND (DMARC = 'fail' OR (DMARC = 'none' AND SPF IN ('fail', 'softfail')))
GROUP BY SenderFromDomain, SPF, DMARC ORDER BY Mails DESC, Recipients DESC, SenderFromDomain, SPF, DMARC LIMIT 100
