"""Reports as veraPDF 1.28 prints them (`--format xml`), and programs that stand in for it."""

from __future__ import annotations

import sys
from pathlib import Path


def _report(name: str, size: int, result: str, summary: str, counts: str) -> str:
    built = 'version="1.28.2" buildDate="2025-07-15T16:07:00+03:00"'
    took = '<duration start="1761751300404" finish="1761751300512">00:00:00.108</duration>'
    return f"""<?xml version="1.0" encoding="utf-8"?>
<report>
  <buildInformation>
    <releaseDetails id="core" {built}></releaseDetails>
    <releaseDetails id="gui" {built}></releaseDetails>
  </buildInformation>
  <jobs>
    <job>
      <item size="{size}">
        <name>{name}</name>
      </item>
      {result}
      {took}
    </job>
  </jobs>
  <batchSummary totalJobs="1" {summary} encrypted="0" outOfMemory="0" veraExceptions="0">
    <validationReports {counts}>1</validationReports>
    <featureReports failedJobs="0">0</featureReports>
    <repairReports failedJobs="0">0</repairReports>
    {took}
  </batchSummary>
</report>
"""


def compliant(name: str, size: int, flavour: str = "2U") -> str:
    """A report of success."""
    result = (
        f'<validationReport jobEndStatus="normal" profileName="PDF/A-{flavour} validation profile"'
        ' statement="PDF file is compliant with Validation Profile requirements."'
        ' isCompliant="true"><details passedRules="144" failedRules="0" passedChecks="6587"'
        ' failedChecks="0"></details></validationReport>'
    )
    counts = 'compliant="1" nonCompliant="0" failedJobs="0"'
    return _report(name, size, result, 'failedToParse="0"', counts)


def refused(name: str, size: int, clauses: tuple[str, ...]) -> str:
    """A report of clauses that are broken."""
    rules = "".join(
        f'<rule specification="ISO 19005-2:2011" clause="{clause}" testNumber="1" status="failed"'
        f' failedChecks="1"><description>…</description><object>CosIndirect</object>'
        '<test>spacingCompliesPDFA</test><check status="failed"><context>root</context></check>'
        "</rule>"
        for clause in clauses
    )
    result = (
        '<validationReport jobEndStatus="normal" profileName="PDF/A-2U validation profile"'
        ' statement="PDF file is not compliant with Validation Profile requirements."'
        f' isCompliant="false"><details passedRules="140" failedRules="{len(clauses)}"'
        f' passedChecks="107" failedChecks="{len(clauses)}">{rules}</details></validationReport>'
    )
    counts = 'compliant="0" nonCompliant="1" failedJobs="0"'
    return _report(name, size, result, 'failedToParse="0"', counts)


def broken(name: str, size: int, kind: str, message: str) -> str:
    """A report of a job that came to no result."""
    result = (
        f'<taskException type="{kind}" isExecuted="true" isSuccess="false">'
        f"<exceptionMessage>{message}</exceptionMessage></taskException>"
    )
    counts = 'compliant="0" nonCompliant="0" failedJobs="1"'
    return _report(name, size, result, 'failedToParse="1"', counts)


def program(folder: Path, body: str) -> str:
    """A program in veraPDF's place: Python that knows `path`, `size`, `flavour` and the reports."""
    folder.mkdir(exist_ok=True)
    file = folder / "verapdf"
    source = Path(__file__).read_text(encoding="utf-8")
    arguments = (
        "\nimport os, time\n"
        "if '--version' in sys.argv:\n    print('veraPDF 1.28.2')\n    sys.exit(0)\n"
        "path = sys.argv[-1]\n"
        "size = os.path.getsize(path)\n"
        "flavour = sys.argv[sys.argv.index('--flavour') + 1]\n"
    )
    file.write_text(f"#!{sys.executable} -I\n{source}{arguments}{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)
