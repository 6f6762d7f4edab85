"""TLS that is wrong in one way each. The pages behind are honest: an administrator's mistake looks like this too."""
from . import phish
from .honest import BOOKS, page


def build(world):
    unseen = {"trouble": "tls", "status": 0, "accept": ("suspicious", "clean")}
    kinds = {"expired": "a certificate that ran out a month ago", "future": "a certificate that is not valid yet", "self-signed": "a certificate that it signed itself",
             "wrong-name": "a certificate for another name", "other-authority": "a certificate of an authority that nobody trusts"}
    for kind, words in kinds.items():
        host = f"{kind}.wharf-antiques.com"
        world.site(f"tls-{kind}", "tls", f"https://{host}/", f"An honest shop with {words}.", "unknown", evidence=("tls.untrusted",), **unseen)
        world.at(f"{host}/", page("Wharf Antiques", BOOKS, "Wharf Antiques", "#542"))
        world.certificates[host] = kind
    for port, words in {"garbage": "answers a handshake with what is none", "mute": "takes a handshake and says nothing",
                        "closing": "closes in the handshake", "nobody": "has no server at all"}.items():
        host = f"{port}.wharf-antiques.com"
        world.site(f"tls-{port}", "tls", f"https://{host}/", f"A host that {words}.", "unknown",
                   **{**unseen, "trouble": "connection" if port == "nobody" else "tls", "accept": ()})
        world.answers.setdefault(host, [])
        world.ports[host] = port
    world.site("tls-phish", "tls", "https://secure-signin.wharf-logins.net/", "A phishing page with a certificate that it signed itself; people click that away.", "phishing",
               accept=("suspicious", "unknown"), evidence=("tls.untrusted",), status=0, trouble="tls", brand="Microsoft", brand_in_text=True)
    world.at("secure-signin.wharf-logins.net/", phish.microsoft())
    world.certificates["secure-signin.wharf-logins.net"] = "self-signed"
