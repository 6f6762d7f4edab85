"""The control port: what a test asks of the lab, and tells it. HTTP on loopback, JSON both ways.

GET  /sites                   what --json prints
GET  /state                   ports, CA file, routes
GET  /egress.toml             the routes as a piece of Linkgate's configuration
GET  /hits?url=URL            how often that URL was asked for, by any method, fragment aside
GET  /requests[?host=HOST]    the last 20,000 requests, oldest first
GET  /acted[?site=NAME]       how often a site that acts did so
GET  /canary                  connections and datagrams on the ports that nobody may reach
GET  /clock                   the lab's clock: seconds since it began, and what was added
POST /switch?name=NAME&on=1   flips a switch (on=0: back)
POST /advance?seconds=N       moves the lab's clock on
POST /reset                   forgets all of the above, and flips every switch back"""
import json

from .description import MAX_REQUEST, Reply

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE")


def _json(value, status=200):
    return Reply.of(json.dumps(value) + "\n", status=status, media_type="application/json")


def _hits(server, query):
    url = query.get("url", "").split("#")[0]
    if "/" not in url.partition("://")[2]:
        url += "/"
    counts = server.world.hits
    return _json(sum(counts.get(f"{method} {url}"[:MAX_REQUEST], 0) for method in METHODS))


def _requests(server, query):
    host = query.get("host")
    return _json([line for line in server.world.log if host is None or f"://{host}/" in line["request"]])


def _acted(server, query):
    if "site" not in query:
        return _json(server.world.acted)
    if query["site"] not in server.world.acted:
        return _json({"error": "no site of that name acts"}, 404)
    return _json(server.world.acted[query["site"]])


def _switch(server, query):
    name = query.get("name")
    if name not in server.world.switches:
        return _json({"error": "no such switch", "switches": sorted(server.world.switches)}, 404)
    server.world.switches[name] = query.get("on", "1") != "0"
    return _json({name: server.world.switches[name]})


def _advance(server, query):
    try:
        server.world.advanced += float(query.get("seconds", ""))
    except ValueError:
        return _json({"error": "seconds is a number"}, 400)
    return _json(server.world.now())


def _clock(server, _query):
    return _json(server.world.now())


def _reset(server, _query):
    server.world.reset()
    server.canary_hits.update(tcp=0, udp=0)
    return _json("forgotten")


ANSWERS = {
    ("GET", "/sites"): lambda server, query: _json(server.world.listing()),
    ("GET", "/state"): lambda server, query: _json(server.state()),
    ("GET", "/egress.toml"): lambda server, query: Reply.of(server.configuration(), media_type="application/toml"),
    ("GET", "/hits"): _hits,
    ("GET", "/requests"): _requests,
    ("GET", "/acted"): _acted,
    ("GET", "/clock"): _clock,
    ("GET", "/canary"): lambda server, query: _json(server.canary_hits),
    ("POST", "/switch"): _switch,
    ("POST", "/advance"): _advance,
    ("POST", "/reset"): _reset,
}


def answer(server, visit):
    handler = ANSWERS.get((visit.method, visit.path))
    return handler(server, visit.query) if handler else Reply.of(__doc__, status=404, media_type="text/plain")
