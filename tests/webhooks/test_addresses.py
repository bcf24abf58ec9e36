"""Which addresses a webhook may have."""

import ipaddress

import pytest

from webhooks.addresses import check_address, is_public
from webhooks.exceptions import AddressNotUsable, NamesAPerson, NoAddress, NotEncrypted, PrivateAddress

NOT_PUBLIC = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200",
    "169.254.169.254", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "::127.0.0.1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def private_is_not_allowed(private_is_allowed, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(PrivateAddress):
        check_address(f"https://{host}/hook")


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2a00:1450:400e::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "0", "127.0.0.1.", "localhost", "LOCALHOST.", "a.localhost"],
)
def test_an_address_in_disguise_is_recognised(host):
    with pytest.raises(PrivateAddress):
        check_address(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https:///hook", "https://a b.example/",
     "https://example.com/#part", "https://example.com:0/", "https://example.com:99999/", "https://exa mple.com",
     "https://example.com/\r\nX: 1", "https://[::1", "https://..example.com/", "https://256.256.256.256/",
     "https://1.1.1.1.1/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(NoAddress):
        check_address(url)


def test_no_password_and_always_encrypted():
    with pytest.raises(NamesAPerson):
        check_address("https://example.com\\@10.0.0.1/")
    with pytest.raises(NamesAPerson):
        check_address("https://user:secret@example.com/")
    with pytest.raises(NotEncrypted):
        check_address("http://example.com/")


def test_the_parts_of_an_address():
    place = check_address("https://Bücher.example:8443/é/?q=1")
    assert (place.host, place.port, place.path) == ("xn--bcher-kva.example", 8443, "/%C3%A9/?q=1")
    assert check_address("https://example.com.").port == 443


def test_private_addresses_where_the_installation_allows_them(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    for url in ("http://127.0.0.1:9/", "https://10.0.0.7/", "http://inside/"):
        check_address(url)
    with pytest.raises(AddressNotUsable):
        check_address("http://user@127.0.0.1/")
