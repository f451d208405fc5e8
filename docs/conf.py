"""The documentation site, built by `tox run -e docs`.

The pages about bugs, claims, figures and routes are made whenever the site is built, from the
catalog, the measurements and the code (`docs/generators`), and are not committed.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from docs import generators  # noqa: E402 - found by the line above

project = "nifti-hub-workaround"
copyright = "its contributors, Apache-2.0"  # noqa: A001 - the name that Sphinx reads
version = release = version_of(project)

extensions = [
    "myst_parser",  # the pages are Markdown
    "sphinx.ext.autodoc",  # the reference of Python, from docstrings
    "sphinx.ext.napoleon",  # ... in Google's style
    "sphinxarg.ext",  # the reference of the commands, from their parsers
    "sphinx_copybutton",
    "sphinx_design",  # the cards of the front page
]
exclude_patterns = ["_build", "generators", "measured", "report", "static"]
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"  # a word between single backticks in a docstring

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 72

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"  # that of nibabel, nilearn, numpy and pandas
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["report"]  # report.html, a page of its own
html_show_sourcelink = False
html_theme_options = {
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
suppress_warnings = ["config.cache"]

generators.write(DOCS)
