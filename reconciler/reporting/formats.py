"""Which formats each answer can be written in, and the functions that write them, imported where they are needed."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model import Plan, Report, Validation

PLAN_FORMATS = ("text", "json", "markdown", "html", "github", "gitlab", "terraform-json")
REPORT_FORMATS = ("text", "json", "markdown", "html", "github")
VALIDATION_FORMATS = ("text", "json", "markdown", "html", "sarif", "github", "gitlab")


def plan_writers(
    plan: Plan, *, text: Callable[[], str], json: Callable[[], str], word: str, sandbox: bool, limits: tuple[int, int]
) -> dict[str, Callable[[], str]]:
    """A function for each of PLAN_FORMATS. text, json: how the verb itself writes these. word: plan or drift."""

    def page(kind: str) -> str:
        from reconciler.reporting.plan_page import make_plan_page

        made = make_plan_page(plan, word=word, sandbox=sandbox, limits=limits)
        if kind == "html":
            from reconciler.reporting.html import render_html

            return render_html(made)
        from reconciler.reporting.markdown import render_markdown

        return render_markdown(made)

    def annotated(kind: str) -> str:
        from reconciler.reporting.annotations import render_github_plan, render_gitlab_plan

        return render_github_plan(plan) if kind == "github" else render_gitlab_plan(plan)

    def terraform() -> str:
        from reconciler.reporting.terraform import render_terraform

        return render_terraform(plan)

    return {
        "text": text,
        "json": json,
        "markdown": lambda: page("markdown"),
        "html": lambda: page("html"),
        "github": lambda: annotated("github"),
        "gitlab": lambda: annotated("gitlab"),
        "terraform-json": terraform,
    }


def report_writers(
    report: Report, *, text: Callable[[], str], json: Callable[[], str], sandbox: bool
) -> dict[str, Callable[[], str]]:
    """A function for each of REPORT_FORMATS."""

    def page(kind: str) -> str:
        from reconciler.reporting.report_page import make_report_page

        made = make_report_page(report, sandbox=sandbox)
        if kind == "html":
            from reconciler.reporting.html import render_html

            return render_html(made)
        from reconciler.reporting.markdown import render_markdown

        return render_markdown(made, more="the report's JSON or HTML has all of it")

    def annotated() -> str:
        from reconciler.reporting.annotations import render_github_report

        return render_github_report(report)

    return {
        "text": text,
        "json": json,
        "markdown": lambda: page("markdown"),
        "html": lambda: page("html"),
        "github": annotated,
    }


def validation_writers(
    validation: Validation, *, text: Callable[[], str], json: Callable[[], str], checked: int, files: int
) -> dict[str, Callable[[], str]]:
    """A function for each of VALIDATION_FORMATS."""

    def page(kind: str) -> str:
        from reconciler.reporting.report_page import make_validation_page

        made = make_validation_page(validation, checked=checked, files=files)
        if kind == "html":
            from reconciler.reporting.html import render_html

            return render_html(made)
        from reconciler.reporting.markdown import render_markdown

        return render_markdown(made, more="the validation's JSON has all of it")

    def annotated(kind: str) -> str:
        from reconciler.reporting.annotations import render_github_validation, render_gitlab_validation

        return render_github_validation(validation) if kind == "github" else render_gitlab_validation(validation)

    def sarif() -> str:
        from reconciler.reporting.sarif import render_sarif

        return render_sarif(validation)

    return {
        "text": text,
        "json": json,
        "markdown": lambda: page("markdown"),
        "html": lambda: page("html"),
        "sarif": sarif,
        "github": lambda: annotated("github"),
        "gitlab": lambda: annotated("gitlab"),
    }
