"""The functions that write an answer in each format; a renderer is imported where it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model import FleetReport, Plan, Report, Validation
    from reconciler.reporting.pages import Page


Writer = Callable[[], str]


def page_writers(make_page: Callable[[], Page], more: str) -> dict[str, Writer]:
    """Markdown and HTML of a page. more: as in render_markdown."""

    def markdown() -> str:
        from reconciler.reporting.markdown import render_markdown

        return render_markdown(make_page(), more=more)

    def html() -> str:
        from reconciler.reporting.html import render_html

        return render_html(make_page())

    return {"markdown": markdown, "html": html}


def plan_writers(
    plan: Plan, *, text: Writer, json: Writer, word: str, sandbox: bool, limits: tuple[int, int]
) -> dict[str, Writer]:
    """A function for each format of a plan. text, json: how the verb itself writes these. word: plan or drift."""

    def page() -> Page:
        from reconciler.reporting.plan_page import make_plan_page

        return make_plan_page(plan, word=word, sandbox=sandbox, limits=limits)

    def github() -> str:
        from reconciler.reporting.annotations import render_github_plan

        return render_github_plan(plan)

    def gitlab() -> str:
        from reconciler.reporting.annotations import render_gitlab_plan

        return render_gitlab_plan(plan)

    def terraform() -> str:
        from reconciler.reporting.terraform import render_terraform

        return render_terraform(plan)

    pages = page_writers(page, "the plan's JSON or HTML has all of it")
    return {"text": text, "json": json, **pages, "github": github, "gitlab": gitlab, "terraform-json": terraform}


def report_writers(report: Report, *, text: Writer, json: Writer, sandbox: bool) -> dict[str, Writer]:
    """A function for each format of a report."""

    def page() -> Page:
        from reconciler.reporting.report_page import make_report_page

        return make_report_page(report, sandbox=sandbox)

    def github() -> str:
        from reconciler.reporting.annotations import render_github_report

        return render_github_report(report)

    return {"text": text, "json": json, **page_writers(page, "the report's JSON has all of it"), "github": github}


def fleet_writers(report: FleetReport, *, text: Writer, json: Writer, sandbox: bool) -> dict[str, Writer]:
    """A function for each format of a run over several accounts."""

    def page() -> Page:
        from reconciler.reporting.fleet_page import make_fleet_page

        return make_fleet_page(report, sandbox=sandbox)

    return {"text": text, "json": json, **page_writers(page, "the fleet's JSON or HTML has all of it")}


def validation_writers(
    validation: Validation, *, text: Writer, json: Writer, checked: tuple[int, int] | None = None
) -> dict[str, Writer]:
    """A function for each format of a validation. checked: as in make_validation_page."""

    def page() -> Page:
        from reconciler.reporting.report_page import make_validation_page

        return make_validation_page(validation, checked=checked)

    def github() -> str:
        from reconciler.reporting.annotations import render_github_validation

        return render_github_validation(validation)

    def gitlab() -> str:
        from reconciler.reporting.annotations import render_gitlab_validation

        return render_gitlab_validation(validation)

    def sarif() -> str:
        from reconciler.reporting.sarif import render_sarif

        return render_sarif(validation)

    pages = page_writers(page, "the validation's JSON has all of it")
    return {"text": text, "json": json, **pages, "sarif": sarif, "github": github, "gitlab": gitlab}
