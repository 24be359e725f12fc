#!/usr/bin/env python3
# Certificates and CMS messages around signatures that are made elsewhere, by hand in DER (RFC 5280, RFC 5652, RFC 9802):
#   der.py tbs NUMBER KEY.der OUT                  a TBSCertificate, to be signed
#   der.py certificate TBS SIGNATURE OUT
#   der.py attributes CONTENT OUT                  the SET of signed attributes of a content, to be signed
#   der.py cms CONTENT|- ATTRIBUTES|- SIGNATURE... OUT
import hashlib, sys

def der(tag, *parts):
    body = b''.join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x80 + (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([tag]) + size + body

def oid(text):
    first, second, *rest = map(int, text.split('.'))
    out = [40 * first + second]
    for number in rest:
        digits = [number & 127]
        while number > 127:
            number >>= 7
            digits.insert(0, 128 | number & 127)
        out += digits
    return der(6, bytes(out))

def sequence(*parts): return der(0x30, *parts)
def number(n): return der(2, bytes([n]))
def read(name): return open(name, 'rb').read()

HSS = sequence(oid('1.2.840.113549.1.9.16.3.17'))
SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'))
DATA = oid('1.2.840.113549.1.7.1')
NAME = sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, b'module'))))

def tbs(serial, key, out):
    times = sequence(der(0x17, b'260101000000Z'), der(0x17, b'360101000000Z'))
    return sequence(der(0xa0, number(2)), number(int(serial)), HSS, NAME, times, NAME, read(key))

def certificate(inner, signature, out):
    return sequence(read(inner), HSS, der(3, b'\0', read(signature)))

def attributes(content, out):
    kind = sequence(oid('1.2.840.113549.1.9.3'), der(0x31, DATA))
    digest = sequence(oid('1.2.840.113549.1.9.4'), der(0x31, der(4, hashlib.sha256(read(content)).digest())))
    return der(0x31, *sorted([kind, digest]))

def cms(content, signed, *rest):
    inside = () if content == '-' else (der(0xa0, der(4, read(content))),)
    said = () if signed == '-' else (b'\xa0' + read(signed)[1:],)
    infos = [sequence(number(1), sequence(NAME, number(i + 1)), SHA256, *said, HSS, der(4, read(s))) for i, s in enumerate(rest[:-1])]
    return sequence(oid('1.2.840.113549.1.7.2'),
                    der(0xa0, sequence(number(1), der(0x31, SHA256), sequence(DATA, *inside), der(0x31, *infos))))

made = globals()[sys.argv[1]](*sys.argv[2:])
open(sys.argv[-1], 'wb').write(made)
