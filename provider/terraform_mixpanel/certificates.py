"""The server's certificate: made anew in each process, and told to the CLI in the handshake."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_HOST = "localhost"
"""The name that the CLI expects."""


class Certificate:
    """A self-signed certificate and its key, which never leave the process's memory."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed()

    def _signed(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HOST)])
        now = datetime.now(timezone.utc)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=365))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(_HOST)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def credentials(self) -> grpc.ServerCredentials:
        """Return the credentials of a server.

        The CLI's own certificate is not asked for: its curve, P-521, is unknown to Python's gRPC.
        The socket's folder, open to its owner alone, keeps others out.
        """
        key = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = self._certificate.public_bytes(serialization.Encoding.PEM)
        return grpc.ssl_server_credentials([(key, chain)])

    def for_handshake(self) -> str:
        """Return the certificate as the handshake has it: base64 of DER, without padding."""
        der = self._certificate.public_bytes(serialization.Encoding.DER)
        return base64.b64encode(der).decode().rstrip("=")
