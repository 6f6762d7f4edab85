"""Links that act when they are visited: one-time links, confirmations, unsubscriptions. The control port counts what they did."""
from ..description import Reply, redirect
from . import phish
from .honest import page

FIRM = "Fernbrook Courses"


def build(world):
    def acting(name, address, does, answer, known_good=True, disposition="clean", **more):
        world.site(name, "acting", "https://" + address, does, disposition, acts=True, known_good=known_good,
                   **{"accept": ("unknown", "gated"), "shows": FIRM, "evidence": ("link.acts|link.acts_spared",) if known_good else (), **more})

        def act(visit):
            visit.world.acted[name] += 1
            return answer(visit, visit.world.acted[name])
        world.at(address.split("?")[0], act)

    def said(text):
        return lambda visit, times: page("Done", f"<h1>{text}</h1>", FIRM, "#263")

    acting("act-unsubscribe", "news.fernbrook-courses.com/unsubscribe?u=8812&t=0f3c9a", "Unsubscribes on GET.", said("You are unsubscribed"))
    acting("act-confirm", "app.fernbrook-courses.com/confirm-email?token=9c1d77aa02be4f61", "Confirms an address on GET.", said("Your address is confirmed"))
    acting("act-rsvp", "app.fernbrook-courses.com/rsvp/yes?event=42&guest=joan", "Answers an invitation.", said("See you on Friday"))
    acting("act-approve", "app.fernbrook-courses.com/approve/po-2291?key=5b1e", "Approves an order.", said("Order 2291 is approved"))
    acting("act-magic-link", "app.fernbrook-courses.com/magic/signin?token=eyJhbGciOiJIUzI1NiJ9.lab.x", "Signs in whoever comes first.",
           lambda visit, times: redirect("https://app.fernbrook-courses.com/home") if times == 1 else page("Used", "<h1>This link was used already</h1>", FIRM, "#263"), status=302, shows="")
    acting("act-one-time", "secrets.fernbrook-courses.com/s/7f1a90", "A secret that can be read once.",
           lambda visit, times: page("Secret", "<h1>The door code is 4471</h1>", FIRM, "#263") if times == 1 else Reply.of(page("Gone", "<h1>This secret was read and is gone</h1>", FIRM), status=410))
    world.at("app.fernbrook-courses.com/home", page("Home", "<h1>Hello, Joan</h1>", FIRM, "#263"))
    # Not known good: such a path is what an attacker would write.
    acting("act-bad-unsubscribe", "unsub-preferences-mail.com/unsubscribe?id=aa81", "Looks as if it acted; a sign-in page of somebody else's brand.", lambda visit, times: phish.microsoft(), False,
           "phishing", accept=("gated",), brand="Microsoft", brand_in_text=True, shows="Sign in")
    acting("act-bad-magic", "session-restore-office.com/magic/verify?token=771b", "A one-time link to a sign-in page of somebody else's brand.",
           lambda visit, times: phish.microsoft() if times == 1 else Reply.of("Link expired", status=410), False, "phishing", accept=("gated",), brand="Microsoft", brand_in_text=True, differs_by=("first-visit",), shows="Sign in")
    world.site("act-two-steps", "acting", "https://news.fernbrook-courses.com/preferences?u=8812", "Asks before it unsubscribes: only a POST acts.",
               "clean", acts=True, known_good=True, accept=("unknown", "gated"), shows="Really")

    def two_steps(visit):
        if visit.method == "POST":
            visit.world.acted["act-two-steps"] += 1
            return page("Done", "<h1>You are unsubscribed</h1>", FIRM)
        return page("Unsubscribe", '<h1>Really unsubscribe?</h1><form method="post"><button>Yes, unsubscribe</button></form>', FIRM)
    world.at("news.fernbrook-courses.com/preferences", two_steps)
