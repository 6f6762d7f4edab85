"""Rows put straight into the event store of a running installation, as linkgate-ship would."""
import http.client
import json
import re
import urllib.parse


class Store:
    def __init__(self, data):
        url = (data / "run" / "store.url").read_text().strip()
        self.port = int(re.search(r":(\d+)", url).group(1))
        self.secret = (data / "secrets" / "store").read_text().strip()

    def ask(self, sql, body=b"", **parameters):
        """The answer's text; an AssertionError with the store's own words where it refuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=700)
        try:
            query = urllib.parse.urlencode({"query": sql, **parameters})
            connection.request("POST", "/?" + query, body=body, headers={"X-ClickHouse-User": "linkgate", "X-ClickHouse-Key": self.secret})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text.decode(errors="replace")[:2000]
            return text
        finally:
            connection.close()

    def insert(self, table, rows, database="linkgate"):
        lines = "\n".join(json.dumps({"_RowId": str(number), "_Version": 1, **row}) for number, row in enumerate(rows))
        self.ask(f"INSERT INTO `{database}`.`{table}` FORMAT JSONEachRow", lines.encode(), date_time_input_format="best_effort")
