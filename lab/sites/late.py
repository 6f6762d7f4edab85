"""Pages that turn bad after delivery, by a switch of the control port or by the lab's clock."""
from ..description import Reply, redirect
from . import phish
from .cloaks import FOUND, decoy
from .honest import page


def build(world):
    def switched(name, address, does, before, after, delivered="clean", **more):
        world.site(name, "late", "https://" + address, does, "phishing", delivered=delivered, switch=name, **{**FOUND, **more})
        world.at(address, lambda visit: (after if visit.world.switches[name] else before)())

    switched("late-page", "www.riverside-physio-clinic.com/booking/confirm", "An honest booking page that becomes a sign-in page.",
             lambda: page("Booking", "<h1>Your appointment</h1><p>Thursday, 14:30, with Ms Adeyemi. Bring comfortable shoes.</p>", "Riverside Physio", "#276"), phish.microsoft)
    switched("late-redirect", "lnk.summit-webinars.com/w/204", "A link of a webinar that later leads elsewhere.",
             lambda: redirect("https://www.brightleaf-news.com/webinar"), lambda: redirect("https://account-review.ms-portal.net/webinar"), status=302)
    switched("late-empty", "cloudfiles-dropzone.net/x/aa71", "Nothing is there at delivery.", lambda: Reply.of("<h1>404</h1>", status=404),
             phish.microsoft, "unknown", status=404)
    switched("late-script", "static.newsletter-assets.net/promo", "The page stays; the script that it loads changes.",
             lambda: decoy(1).replace("</body>", '<script src="/promo.js"></script></body>'), lambda: decoy(1).replace("</body>", '<script src="/promo.js"></script></body>'), browser=True, shows="promo.js")
    world.at("static.newsletter-assets.net/promo.js",
             lambda visit: Reply.of("location.replace('https://account-review.ms-portal.net/promo')" if visit.world.switches["late-script"] else "console.log('ready')", media_type="text/javascript"))
    switched("late-demo", "shop.oakfield-stationery.com/offer", "The demo's link: a shop at delivery, a parcel fee afterwards.",
             lambda: page("Spring offer", "<h1>Spring offer</h1><p>Notebooks, three for two, until the end of the month.</p>", "Oakfield Stationery", "#357"), phish.parcel, brand="DHL", evidence=("page.brand", "page.payment"))
    world.site("late-by-clock", "late", "https://www.maple-court-dental.com/forms", "Honest for an hour of the lab's clock, then a sign-in page.",
               "phishing", delivered="clean", turns_at=3600, differs_by=("time",), **FOUND)
    world.at("www.maple-court-dental.com/forms",
             lambda visit: phish.microsoft() if visit.now() >= 3600 else page("Forms", "<h1>New patients</h1><p>Please bring your insurance card.</p>", "Maple Court Dental", "#468"))
    world.site("late-then-gone", "late", "https://harbour-lights-cafe.com/menu",
               "Bad between the fifth and the thirtieth minute of the lab's clock, a cafe before and after.", "phishing", delivered="clean",
               turns_at=400, differs_by=("time",), **FOUND)
    world.at("harbour-lights-cafe.com/menu",
             lambda visit: phish.microsoft() if 300 <= visit.now() < 1800 else page("Menu", "<h1>Today</h1><p>Fish pie. Leek soup.</p>", "Harbour Lights", "#348"))
