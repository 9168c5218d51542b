"""The admin in headless Chromium: ranges and networks are listed, filtered, looked up and edited."""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.utils.timezone import now
from psycopg.types.range import Range
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from example.models import Booking, Network, Room

# Where the pages go that were shown; to be looked at.
PICTURES = Path(os.environ.get("DJANGO_PICTURES", tempfile.gettempdir()))


class Admin(StaticLiveServerTestCase):
    """One browser for all tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium")
        # Without a sandbox, which root and containers do not have; the pages are our own.
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1100,640"):
            options.add_argument(argument)
        cls.browser = Chrome(options, ChromeService(shutil.which("chromedriver")))
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        get_user_model().objects.create_superuser("admin", password="admin")
        room = Room.objects.create(name="Birch")
        hour = timedelta(hours=1)
        for guest, start in (("Ana", -5), ("Ben", -1), ("Cem", 5)):
            during = (now() + start * hour, now() + (start + 3) * hour)
            Booking.objects.create(room=room, guest=guest, during=during, people=(2, 5))
        for name, net in (("office", "10.0.0.0/24"), ("guests", "10.0.1.0-10.0.1.99"), ("lab", "2001:db8::/120")):
            Network.objects.create(name=name, net=net)
        self.client.login(username="admin", password="admin")
        self.browser.get(self.live_server_url + "/admin/login/")
        self.browser.add_cookie({"name": "sessionid", "value": self.client.cookies["sessionid"].value})

    def open(self, path):
        """Shows a page of the admin."""
        self.browser.get(f"{self.live_server_url}/admin/example/{path}")

    def rows(self):
        """The texts of the list's rows."""
        return [row.text for row in self.browser.find_elements(By.CSS_SELECTOR, "#result_list tbody tr")]

    def field(self, name):
        """A field of the form."""
        return self.browser.find_element(By.NAME, name)

    def click(self, how, what):
        """Clicks on something that leads to another page, and waits for that."""
        page = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(how, what).click()
        WebDriverWait(self.browser, 30).until(staleness_of(page))

    def submit(self):
        """Saves the form."""
        self.click(By.NAME, "_save")

    def picture(self, name):
        """Keeps what the browser shows, and checks that it shows something."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"django-admin-{name}.png"
        self.assertTrue(self.browser.save_screenshot(str(file)))
        # An empty page of this size takes less than 10 kB.
        self.assertGreater(file.stat().st_size, 15_000)

    def test_networks_are_listed_and_filtered(self):
        self.open("network/?o=2")
        self.assertEqual(self.rows(), ["office 10.0.0.0/24", "guests 10.0.1.0-10.0.1.99", "lab 2001:db8::/120"])
        self.picture("networks")
        self.click(By.LINK_TEXT, "IPv6")
        self.assertEqual(self.rows(), ["lab 2001:db8::/120"])

    def test_an_address_is_looked_up(self):
        for text, rows in (
            ("10.0.1.7", ["guests 10.0.1.0-10.0.1.99"]),
            ("10.0.0.64/26", ["office 10.0.0.0/24"]),
            ("lab", ["lab 2001:db8::/120"]),
            ("10.0.1.0/24", []),
        ):
            with self.subTest(text):
                self.open("network/?q=" + text)
                self.assertEqual(self.rows(), rows)

    def test_a_network_is_edited(self):
        guests = Network.objects.get(name="guests")
        self.open(f"network/{guests.pk}/change/")
        net = self.field("net")
        self.assertEqual(net.get_attribute("value"), "10.0.1.0-10.0.1.99")
        net.clear()
        net.send_keys("10.0.0.128/25")
        self.submit()
        errors = self.browser.find_element(By.CSS_SELECTOR, ".errorlist").text
        self.assertEqual(errors, "Another network has some of these addresses.")
        self.picture("network-refused")
        self.field("net").clear()
        self.field("net").send_keys("10.0.1.0/25")
        self.submit()
        guests.refresh_from_db()
        self.assertEqual(guests.net, Range("10.0.1.0", "10.0.1.127", "[]"))

    def test_bookings_are_listed_and_filtered(self):
        self.open("booking/")
        self.assertEqual(len(self.rows()), 3)
        self.picture("bookings")
        for name, guest in (("Past", "Ana"), ("Present", "Ben"), ("Future", "Cem")):
            with self.subTest(name):
                self.click(By.LINK_TEXT, name)
                (row,) = self.rows()
                self.assertIn(guest, row)

    def test_a_booking_is_edited(self):
        cem = Booking.objects.get(guest="Cem")
        self.open(f"booking/{cem.pk}/change/")
        start, end = self.field("during_0"), self.field("during_1")
        for box, text in ((start, "2030-05-01 09:00:00"), (end, "2030-05-01 11:30:00")):
            box.clear()
            box.send_keys(text)
        self.field("people_1").clear()
        self.picture("booking")
        self.submit()
        cem.refresh_from_db()
        self.assertEqual(cem.during.lower.isoformat(), "2030-05-01T09:00:00+00:00")
        self.assertEqual(cem.during.upper - cem.during.lower, timedelta(hours=2, minutes=30))
        self.assertEqual(cem.people, Range(2, None))

    def test_an_overlap_is_refused(self):
        self.open("booking/add/")
        ben = Booking.objects.get(guest="Ben").during
        self.browser.find_element(By.CSS_SELECTOR, "#id_room option:last-child").click()
        self.field("guest").send_keys("Eli")
        self.field("during_0").send_keys(ben.lower.strftime("%Y-%m-%d %H:%M:%S"))
        self.field("during_1").send_keys(ben.upper.strftime("%Y-%m-%d %H:%M:%S"))
        self.submit()
        self.assertIn("The room is taken.", self.browser.find_element(By.CSS_SELECTOR, ".errorlist").text)
        self.assertEqual(Booking.objects.count(), 3)
