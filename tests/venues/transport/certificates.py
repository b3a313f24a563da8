"""A certificate authority of the tests."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def _signed(key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, more: x509.ExtensionType):
    now = datetime.now(UTC)
    subject = _name("authority" if key is by else "server")
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(_name("authority"))
    builder = builder.public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=1)).add_extension(more, critical=False)
    return builder.sign(by, hashes.SHA256())


@cache
def authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(key, _signed(key, key, x509.BasicConstraints(ca=True, path_length=0)))


def server_side(known: Authority, name: str = "") -> ssl.SSLContext:
    """TLS of a server whose certificate names a host, or 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    host = x509.DNSName(name) if name else x509.IPAddress(ip_address("127.0.0.1"))
    certificate = _signed(key, known.key, x509.SubjectAlternativeName([host]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(path)
    return context


def trusting(known: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=known.certificate.public_bytes(serialization.Encoding.PEM).decode())
