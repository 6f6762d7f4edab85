#!/usr/bin/env python3
"""Signatures go on verifying: mails signed by OpenSSL and GnuPG pass the real `linkgate rewrite`, and the same programs verify
what comes out. Where a signature is not trusted, the mail is rewritten unless policy says not to. Then the signed mails of
the fixtures, if these are there."""
import collections
import email
import email.policy
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from corpus import mails  # noqa: E402
from harness.process import program, work_folder  # noqa: E402

SKIPPED = 77
LINK = b"http://signed.example/page"
ORIGIN = b"https://links.corp.test/"
CONTENT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease see " + LINK + b" today.\r\n"
KEEPS, REWRITES = "ada@keeps.test", "ada@corp.test"  # RewriteUnverifiedSigned off and on
HEADER = b"From: bob@partner.test\r\nTo: ada@corp.test\r\nSubject: signed\r\n"


class Signers:
    """An authority and a certificate of OpenSSL, a key of GnuPG, all made for one run."""

    def __init__(self, folder):
        self.folder = folder
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem",
                     "-out", "cert.pem", "-subj", "/CN=Partner", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE")
        self.home = folder / "gnupg"
        self.home.mkdir(mode=0o700)
        self.gpg("--quick-gen-key", "--passphrase", "", "bob@partner.test", "rsa2048", "default", "never")

    def openssl(self, *arguments, stdin=b"", check=True):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, input=stdin, capture_output=True, timeout=60)
        if check and done.returncode != 0:
            raise AssertionError(f"openssl {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done

    def gpg(self, *arguments, stdin=b"", check=True):
        done = subprocess.run(["gpg", "--batch", "--pinentry-mode", "loopback", "--trust-model", "always", *arguments],
                              cwd=self.folder, input=stdin, capture_output=True, timeout=60, env={**os.environ, "GNUPGHOME": str(self.home)})
        if check and done.returncode != 0:
            raise AssertionError(f"gpg {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done

    def end(self):
        subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": str(self.home)}, capture_output=True, timeout=30)

    def smime(self, *options):
        """A whole mail in multipart/signed, or opaque with -nodetach."""
        signed = self.openssl("cms", "-sign", "-signer", "cert.pem", "-inkey", "key.pem", *options, stdin=CONTENT).stdout
        return HEADER + re.sub(rb"\r?\n", b"\r\n", signed)

    def smime_verifies(self, mail):
        return self.openssl("cms", "-verify", "-CAfile", "cert.pem", stdin=mail, check=False).returncode == 0

    def smime_encrypted(self):
        return HEADER + self.openssl("cms", "-encrypt", "-aes256", "cert.pem", stdin=CONTENT).stdout

    def pgp_mime(self):
        signature = self.gpg("--armor", "--detach-sign", stdin=CONTENT).stdout.replace(b"\n", b"\r\n")
        return (HEADER + b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha512; "
                b"boundary=b\r\n\r\n--b\r\n" + CONTENT + b"\r\n--b\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
                + signature + b"\r\n--b--\r\n")

    def pgp_mime_verifies(self, mail):
        parts = re.split(rb"\r?\n--b(?:--)?\r?\n", b"\r\n" + mail.split(b"\r\n\r\n", 1)[-1] if b"\r\n" in mail else b"\n" + mail.split(b"\n\n", 1)[-1])
        (self.folder / "content").write_bytes(re.sub(rb"\r?\n", b"\r\n", parts[1]))
        (self.folder / "signature").write_bytes(re.split(rb"\r?\n\r?\n", parts[2], maxsplit=1)[1])
        return self.gpg("--verify", "signature", "content", check=False).returncode == 0

    def pgp_inline(self):
        signed = self.gpg("--clearsign", stdin=b"Please see " + LINK + b" today.\n").stdout.replace(b"\n", b"\r\n")
        return HEADER + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + signed

    def pgp_inline_verifies(self, mail):
        return self.gpg("--verify", stdin=mail[mail.index(b"-----BEGIN"):], check=False).returncode == 0


class Rewriting:
    def __init__(self, folder, trust):
        self.config = folder / "linkgate.toml"
        self.config.write_text(f'[linkgate]\ndata = "{folder}/data"\n[click]\norigin = "{ORIGIN.decode()[:-1]}"\n'
                               f'[gateway]\nsignature_trust = "{trust}"\n')
        self.command("keys", "rotate", "--wait", "0")
        self.command("policy", "set", "Keep", "RewriteUnverifiedSigned=false")
        self.command("policy", "rule", "set", "Keep", "SafeLinksPolicy=Keep", "RecipientDomainIs=keeps.test")

    def command(self, *arguments, stdin=b""):
        done = subprocess.run([program("linkgate"), *arguments, "--config", str(self.config)], input=stdin, capture_output=True, timeout=120)
        return done.stdout if done.returncode == 0 else None

    def rewrite(self, mail, recipient):
        return self.command("rewrite", "--recipient", recipient, stdin=mail)


def expect(truth, claim, broken):
    print(("ok      " if truth else "BROKEN  ") + claim)
    if not truth:
        broken.append(claim)


def check_made_here(folder, broken):
    signers, other = Signers(folder), folder / "other"
    other.mkdir()
    try:
        trusted = Rewriting(folder, folder / "cert.pem")
        signers.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "other.key",
                        "-out", "other.pem", "-subj", "/CN=Somebody else", "-days", "2")
        stranger = Rewriting(other, folder / "other.pem")
        for kind, mail in {"detached": signers.smime(), "opaque": signers.smime("-nodetach")}.items():
            for ends, raw in {"CRLF": mail, "LF": mail.replace(b"\r\n", b"\n")}.items():
                what = f"S/MIME, {kind}, {ends}"
                expect(signers.smime_verifies(raw), f"{what}: verifies as it was made", broken)
                kept = trusted.rewrite(raw, REWRITES)
                expect(signers.smime_verifies(kept) and ORIGIN not in kept, f"{what}: verifies where its signer is trusted", broken)
                kept = stranger.rewrite(raw, KEEPS)
                expect(signers.smime_verifies(kept), f"{what}: verifies where policy keeps what is not trusted", broken)
                changed = stranger.rewrite(raw, REWRITES)
                expect(ORIGIN in changed and LINK not in changed and not signers.smime_verifies(changed), f"{what}: is rewritten else", broken)
        for kind, mail, verifies in [("in MIME", signers.pgp_mime(), signers.pgp_mime_verifies),
                                     ("in the text", signers.pgp_inline(), signers.pgp_inline_verifies)]:
            for ends, raw in {"CRLF": mail, "LF": mail.replace(b"\r\n", b"\n")}.items():
                what = f"OpenPGP, {kind}, {ends}"
                expect(verifies(raw), f"{what}: verifies as it was made", broken)
                expect(verifies(trusted.rewrite(raw, KEEPS)), f"{what}: verifies where policy keeps it", broken)
                changed = trusted.rewrite(raw, REWRITES)
                expect(ORIGIN in changed and not verifies(changed), f"{what}: is rewritten else", broken)
        signed = signers.smime()
        listed = (HEADER + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n" + signed[len(HEADER):]
                  + b"\r\n--list\r\nContent-Type: text/plain\r\n\r\nA list, http://list.example/\r\n--list--\r\n")
        kept = trusted.rewrite(listed, REWRITES)
        inner = kept.split(b"--list\r\n")[1]
        expect(signers.smime_verifies(inner) and b"http://list.example/" not in kept, "the signed part verifies, the footer beside it is rewritten", broken)
        back = trusted.command("rewrite", "--outbound", stdin=kept)
        expect(signers.smime_verifies(back.split(b"--list\r\n")[1]) and b"http://list.example/" in back, "the same on the way out", broken)
        sealed = signers.smime_encrypted()
        after = trusted.rewrite(sealed, REWRITES)
        opened = signers.openssl("cms", "-decrypt", "-recip", "cert.pem", "-inkey", "key.pem", stdin=after).stdout
        expect(re.sub(rb"\r?\n", b"\r\n", opened) == CONTENT, "what is encrypted decrypts to the same", broken)
        return stranger
    finally:
        signers.end()


def signed_parts(raw):
    """The bytes of every signed entity: in front of the signature of a multipart/signed, inside an opaque one, in armour."""
    found = [match.group(0) for match in re.finditer(rb"-----BEGIN PGP SIGNED MESSAGE-----.*?-----END PGP SIGNATURE-----", raw, re.S)]
    try:
        entities = list(email.message_from_bytes(raw, policy=email.policy.compat32).walk())
    except Exception:  # noqa: BLE001: Python's own trouble
        return found
    for entity in entities:
        if entity.get_content_type() == "multipart/signed" and entity.get_boundary():
            mark = b"--" + entity.get_boundary().encode()
            pieces = re.split(rb"\r?\n" + re.escape(mark) + rb"(?:--)?[ \t]*(?:\r?\n|$)", b"\n" + raw)
            if len(pieces) > 2:
                found.append(pieces[1])
        elif entity.get_content_type() in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            found.append(str(entity.get_payload()).encode("ascii", "surrogateescape"))
    return found


def check_fixtures(folder, rewriting, broken):
    counts = collections.Counter()
    for name, raw in mails.read("fixtures"):
        parts = signed_parts(raw)
        if not parts or name.endswith((".html", ".json")):
            continue
        after = rewriting.rewrite(raw, KEEPS)
        if after is None:
            counts["refused"] += 1
            continue
        counts["mails"] += 1
        counts["signed parts"] += len(parts)
        if signed_parts(after) != parts:
            expect(False, f"{name}: the signed part is the same to the byte", broken)
        verifies = [subprocess.run(["openssl", "cms", "-verify", "-noverify", "-out", os.devnull], input=mail, cwd=folder,
                                   capture_output=True, timeout=60).returncode == 0 for mail in (raw, after)]
        counts["verified by openssl before"] += verifies[0]
        counts["verified by openssl after"] += verifies[1]
        if verifies[0] and not verifies[1]:
            expect(False, f"{name}: verified before and no longer does", broken)
    print("fixtures: " + ", ".join(f"{count} {what}" for what, count in counts.items())
          + "; whose certificates are missing are compared byte by byte alone")
    expect(counts["mails"] >= 14, "the signed mails of the fixtures keep their signed parts", broken)


def main():
    missing = [name for name in ("openssl", "gpg", "gpgconf") if shutil.which(name) is None]
    if missing:
        print(f"SKIPPED: {', '.join(missing)} not found: no signature was verified")
        return SKIPPED
    broken = []
    with work_folder("linkgate-signatures-") as folder:
        stranger = check_made_here(folder, broken)
        if mails.DATA.is_dir():
            check_fixtures(folder, stranger, broken)
        else:
            print(f"SKIPPED the signed fixtures: nothing under {mails.DATA}; set LINKGATE_DATA")
    print(f"{len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
