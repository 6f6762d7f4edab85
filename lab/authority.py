"""A private certificate authority in a folder, and certificates for the hosts of the lab, made when first asked for."""
import datetime
import hashlib
import os
import pathlib
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# What is wrong with a host's certificate; "good" where nothing is. "new" is good and an hour old.
KINDS = ("good", "new", "expired", "future", "self-signed", "wrong-name", "other-authority")
DAY = datetime.timedelta(days=1)


def _name(common, organisation=None):
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class _Issuer:
    def __init__(self, organisation):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name(f"{organisation} Root", organisation)
        now = datetime.datetime.utcnow()
        self.certificate = self.begin(self.name, self.key, now - 400 * DAY, now + 3650 * DAY) \
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True) \
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True) \
            .sign(self.key, hashes.SHA256())

    def begin(self, subject, key, start, end, issuer=None):
        return x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or self.name).public_key(key.public_key()) \
            .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end) \
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


class Authority:
    """Keys and certificates live in `folder`, which belongs to the lab alone."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.issuer, self.other = _Issuer("Linkgate Lab"), _Issuer("Somebody Else")
        self.key = ec.generate_private_key(ec.SECP256R1())  # one for all hosts: nothing here is worth more
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(_pem(self.issuer.certificate))
        self._contexts = {}

    def certificate(self, host, kind):
        now = datetime.datetime.utcnow()
        # Old enough to be nobody's concern, and the same in every run.
        age = 30 + int(hashlib.sha256(host.encode()).hexdigest(), 16) % 40
        start, end = now - age * DAY, now + (90 - age) * DAY
        if kind == "new":
            start = now - DAY / 24
        elif kind == "expired":
            start, end = now - 120 * DAY, now - 30 * DAY
        elif kind == "future":
            start, end = now + 5 * DAY, now + 95 * DAY
        issuer = self.other if kind == "other-authority" else self.issuer
        shown = "somewhere-else.example" if kind == "wrong-name" else host
        own_name = _name(shown) if kind == "self-signed" else None
        builder = issuer.begin(_name(shown), self.key, start, end, own_name) \
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(shown)]), critical=False) \
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True) \
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self.key if kind == "self-signed" else issuer.key, hashes.SHA256())

    def context(self, host, kind="good", protocols=("http/1.1",)):
        """A TLS context that shows the certificate of `host` and offers these protocols."""
        if (host, kind) not in self._contexts:
            path = self.folder / "serving.pem"
            path.touch(mode=0o600)
            path.write_bytes(_key_pem(self.key) + _pem(self.certificate(host, kind)))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(path)
            context.set_alpn_protocols(protocols)
            os.unlink(path)
            self._contexts[host, kind] = context
        return self._contexts[host, kind]
