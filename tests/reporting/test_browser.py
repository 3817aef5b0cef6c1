"""A real browser opens the HTML plan: reads totals, searches, filters, folds; nothing goes wrong, nothing leaves it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from reconciler.model import PlanSummary
from reconciler.reporting.fleet_page import make_fleet_page
from reconciler.reporting.html import render_html
from reconciler.reporting.plan_page import make_plan_page
from tests.commands.stage import Stage
from tests.needs import need
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.fleets import make_full_fleet, make_large_fleet
from tests.reporting.samples import make_change, make_plan

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,900",
)  # fmt: skip

INTERNAL = frozenset({"chrome", "chrome-untrusted", "chrome-search", "devtools", "about", "data", "blob"})

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Debian's Chromium without a screen; its log of requests and of its console is kept."""
    need("chromium", "chromedriver")
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = ChromeService(executable_path=shutil.which("chromedriver"), log_output=os.devnull)
    driver = Chrome(options=options, service=service)
    yield driver
    driver.quit()


def logged(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    """What stands in one of the browser's logs since it was last asked."""
    rows: list[dict[str, Any]] = browser.execute("getLog", {"type": kind})["value"]
    return rows


def opened(browser: Chrome, folder: Path, text: str) -> list[WebElement]:
    """Opens a page from a file; its objects."""
    file = folder / "plan.html"
    file.write_text(text, encoding="utf-8")
    logged(browser, "browser")
    logged(browser, "performance")
    browser.get(file.as_uri())
    return browser.find_elements(By.CSS_SELECTOR, "details.entry")


def assert_quiet(browser: Chrome) -> None:
    """No console message, and no request but for the file itself."""
    assert logged(browser, "browser") == []
    events = [json.loads(row["message"])["message"] for row in logged(browser, "performance")]
    urls = [row["params"]["request"]["url"] for row in events if row["method"] == "Network.requestWillBeSent"]
    # The browser's own first page may still be loading its parts while it is left.
    asked = {url for url in urls if urlsplit(url).scheme not in INTERNAL}
    assert asked <= {browser.current_url}, asked


def visible(entries: list[WebElement]) -> int:
    """How many objects are shown."""
    return sum(entry.is_displayed() for entry in entries)


def test_the_plan_of_the_sandbox_is_read_searched_filtered_and_folded(
    browser: Chrome, stage: Stage, tmp_path: Path
) -> None:
    """What the command wrote, as a reviewer uses it."""
    stage.write("manifests/main.yaml", 'key: one\nid: "1161"\nprovider: twilio\nname: New\n')
    stage.write("manifests/two.yaml", 'key: two\nid: "1162"\nprovider: twilio\nname: Newer\n')
    stage.run("plan", "--write", "html=out.html")
    entries = opened(browser, tmp_path, (stage.folder / "out.html").read_text())
    assert "2 to update" in browser.find_element(By.ID, "totals").text
    assert (len(entries), visible(entries)) == (2, 2)
    search = browser.find_element(By.ID, "search")
    search.send_keys("newer")
    assert visible(entries) == 1
    assert browser.find_element(By.ID, "shown").text == "1 of 2"
    search.clear()
    search.send_keys(" ")
    browser.find_element(By.ID, "open").click()
    assert all(entry.get_attribute("open") for entry in entries)
    assert '"Newer"' in entries[1].text
    browser.find_element(By.ID, "close").click()
    assert not any(entry.get_attribute("open") for entry in entries)
    Select(browser.find_element(By.ID, "filter")).select_by_value("update")
    assert visible(entries) == 2
    assert_quiet(browser)


def test_five_thousand_changes_are_searched_too(browser: Chrome, tmp_path: Path) -> None:
    """Totals are exact, and one of all is found."""
    changes = (make_change(address=f"twilio/sms-{number:04}", dropped=()) for number in range(5000))
    plan = make_plan(*changes, summary=PlanSummary(update=5000))
    entries = opened(browser, tmp_path, render_html(make_plan_page(plan)))
    assert len(entries) == 5000
    assert "5000 to update" in browser.find_element(By.ID, "totals").text
    browser.find_element(By.ID, "search").send_keys("sms-4321")
    assert browser.find_element(By.ID, "shown").text == "1 of 5000"
    (found,) = browser.find_elements(By.CSS_SELECTOR, "details.entry:not([hidden])")
    found.find_element(By.TAG_NAME, "summary").click()
    assert '"+14445550100"' in found.text
    assert_quiet(browser)


def test_what_tries_to_be_active_is_text(browser: Chrome, tmp_path: Path) -> None:
    """No dialog, no error, no request, whatever stands in a value."""
    for text in INJECTIONS:
        entries = opened(browser, tmp_path, render_html(make_plan_page(make_nasty_plan(text))))
        assert len(entries) == 1
        assert_quiet(browser)
        assert len(browser.find_elements(By.TAG_NAME, "script")) == 1


def test_ten_thousand_accounts_are_searched_with_their_errors(browser: Chrome, tmp_path: Path) -> None:
    """A row is shown or hidden with what is said of it."""
    opened(browser, tmp_path, render_html(make_fleet_page(make_large_fleet(10_000))))
    assert "10000 accounts" in browser.find_element(By.ID, "totals").text
    browser.find_element(By.ID, "search").send_keys("09900 reconciler doctor")
    assert browser.find_element(By.ID, "shown").text == "1 of 10000"
    (found,) = browser.find_elements(By.CSS_SELECTOR, "tbody.entry:not([hidden])")
    assert found.text.split()[0] == "account-09900"
    assert "the API cannot be reached" in found.text
    browser.find_element(By.ID, "search").clear()
    browser.find_element(By.ID, "search").send_keys(" ")
    Select(browser.find_element(By.ID, "filter")).select_by_visible_text("not as it should be")
    assert browser.find_element(By.ID, "shown").text == "100 of 10000"
    assert_quiet(browser)


def test_a_fleet_fits_a_phone(browser: Chrome, tmp_path: Path) -> None:
    """Its table is moved within the page, and the names stay in sight."""
    browser.set_window_size(500, 900)
    opened(browser, tmp_path, render_html(make_fleet_page(make_full_fleet())))
    width = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    names = browser.find_elements(By.CSS_SELECTOR, "tbody.entry th")
    heights = [name.size["height"] for name in names]
    browser.set_window_size(1200, 900)
    assert width[0] <= width[1]
    assert max(heights) < 80
    assert_quiet(browser)


def test_it_fits_a_phone(browser: Chrome, tmp_path: Path) -> None:
    """Nothing is wider than the screen."""
    browser.set_window_size(500, 900)
    opened(browser, tmp_path, render_html(make_plan_page(make_nasty_plan("x" * 5000))))
    browser.find_element(By.ID, "open").click()
    width = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    browser.set_window_size(1200, 900)
    assert width[0] <= width[1]
    assert_quiet(browser)
