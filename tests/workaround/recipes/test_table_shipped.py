"""The recipes that come along, on trees of the structure of their datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from datasets import Features, List, Nifti, Value
from openpyxl import Workbook

from tests.support.workaround.bids import plain
from workaround.recipes.table import read_by_recipe

Tree = Callable[..., Path]

PARTICIPANTS = """\
participant_id	sex	age_at_stroke	race	wab_days	wab_aq	wab_type
sub-M2105	F	27	w	802	79.5	Conduction
sub-M2221	M	31	n/a	n/a	n/a	None
"""


def arc(tree: Tree) -> Path:
    """Make three sessions of two subjects, as they are on OpenNeuro."""
    images, texts = [], {"participants.tsv": PARTICIPANTS, "dataset_description.json": "{}"}
    names = {
        "sub-M2105/ses-964": [
            *("anat/{}_acq-tfl3p2_run-4_T1w", "anat/{}_acq-spc3p2_run-5_T2w"),
            *("anat/{}_acq-spc3p2_run-11_T2w", "anat/{}_acq-spcir2p2_run-6_FLAIR"),
            *("func/{}_task-naming40_acq-epfid2_dir-AP_run-13_bold",),
            *("dwi/{}_acq-epb0p2_dir-AP_run-9_dwi", "dwi/{}_acq-epb0p2_dir-AP_run-10_dwi"),
            "dwi/{}_acq-epb0p2_dir-AP_run-9_sbref",
        ],
        "sub-M2221/ses-784": ["func/{}_task-rest_acq-epfid2p2m2_dir-AP_run-3_bold"],
        "sub-M2221/ses-2332": ["anat/{}_acq-tse3_run-2_T2w", "anat/{}_acq-tfl3_run-3_T1w"],
    }
    for folder, paths in names.items():
        for name in (path.format(folder.replace("/", "_")) for path in paths):
            images.append(f"{folder}/{name}.nii.gz")
            texts[f"{folder}/{name}.json"] = "{}"
            if name.endswith("_dwi"):
                texts[f"{folder}/{name}.bval"] = f"0 1000 {name[-6:-4]}\n"
                texts[f"{folder}/{name}.bvec"] = "0 1 0\n0 0 1\n0 0 0\n"
    mask = "{0}/ses-964/anat/{0}_ses-964_acq-spc3p2_run-5_desc-lesion_mask".format("sub-M2105")
    images.append(f"derivatives/lesion_masks/{mask}.nii.gz")
    texts[f"derivatives/lesion_masks/{mask}.json"] = '{"Type": "Lesion"}'
    return tree(*images, texts=texts)


def test_arc_has_the_columns_that_its_users_know(tree: Tree) -> None:
    runs, text, number = List(Nifti()), Value("string"), Value("float32")
    assert read_by_recipe(arc(tree), "arc").dataset.features == Features(
        {
            "subject_id": text,
            "session_id": text,
            "t1w": runs,
            "t2w": runs,
            "t2w_acquisition": text,
            "flair": runs,
            "bold_naming40": runs,
            "bold_rest": runs,
            "dwi": runs,
            "dwi_bvals": List(text),
            "dwi_bvecs": List(text),
            "sbref": runs,
            "lesion": Nifti(),
            "age_at_stroke": number,
            "sex": text,
            "race": text,
            "wab_aq": number,
            "wab_days": number,
            "wab_type": text,
        }
    )


def test_arc_holds_every_image_and_gradient(tree: Tree) -> None:
    root = arc(tree)
    result = read_by_recipe(root, "arc")
    first, second, third = (
        {name: relative(root, cell) for name, cell in row.items()} for row in plain(result.dataset)
    )
    start = "sub-M2105/ses-964/{}/sub-M2105_ses-964_acq-"
    assert first == {
        "subject_id": "sub-M2105",
        "session_id": "ses-964",
        "t1w": [start.format("anat") + "tfl3p2_run-4_T1w.nii.gz"],
        "t2w": [start.format("anat") + f"spc3p2_run-{run}_T2w.nii.gz" for run in (5, 11)],
        "t2w_acquisition": "space_2x",
        "flair": [start.format("anat") + "spcir2p2_run-6_FLAIR.nii.gz"],
        "bold_naming40": [
            "sub-M2105/ses-964/func/"
            "sub-M2105_ses-964_task-naming40_acq-epfid2_dir-AP_run-13_bold.nii.gz"
        ],
        "bold_rest": [],
        "dwi": [start.format("dwi") + f"epb0p2_dir-AP_run-{run}_dwi.nii.gz" for run in (9, 10)],
        "dwi_bvals": ["0 1000 -9", "0 1000 10"],
        "dwi_bvecs": ["0 1 0\n0 0 1\n0 0 0"] * 2,
        "sbref": [start.format("dwi") + "epb0p2_dir-AP_run-9_sbref.nii.gz"],
        "lesion": "derivatives/lesion_masks/sub-M2105/ses-964/anat/"
        "sub-M2105_ses-964_acq-spc3p2_run-5_desc-lesion_mask.nii.gz",
        "age_at_stroke": 27.0,
        "sex": "F",
        "race": "w",
        "wab_aq": 79.5,
        "wab_days": 802.0,
        "wab_type": "Conduction",
    }
    assert (second["session_id"], second["t1w"]) == ("ses-784", [])
    rest = "sub-M2221/ses-784/func/sub-M2221_ses-784_task-rest_acq-epfid2p2m2_dir-AP_run-3"
    assert second["bold_rest"] == [f"{rest}_bold.nii.gz"]
    assert (third["session_id"], third["t2w_acquisition"]) == ("ses-2332", "turbo_spin_echo")
    assert (third["lesion"], third["race"], third["wab_aq"]) == (None, None, None)
    assert result.problems == []
    assert str(result.left_out) == "left out: 13 .json"


def relative(root: Path, cell: object) -> object:
    """Return a path, or a list of paths, from the root."""
    if isinstance(cell, list):
        return [relative(root, item) for item in cell]
    return cell.removeprefix(f"{root}/") if isinstance(cell, str) else cell


MAPS = ("tmax", "mtt", "cbf", "cbv")
BASELINE = {"Age": 71, "Sex": "F", "NIHSS at admission": 12, "mRS at admission": 4.0}


def isles24(tree: Tree) -> Path:
    """Make two subjects as they are on Zenodo; the second has neither CTA nor outcome."""
    paths = ["clinical_data-description.xlsx"]
    for subject, raw in (("sub-stroke0001", ("ncct", "cta", "ctp")), ("sub-stroke0142", ("ncct",))):
        acute, later = f"{subject}/ses-01/", f"{subject}/ses-02/"
        name, follow_up = f"{subject}_ses-01", f"{subject}_ses-02_space-ncct"
        paths += [f"raw_data/{acute}{name}_{image}.nii.gz" for image in raw]
        paths += [f"raw_data/{acute}perfusion-maps/{name}_{image}.nii.gz" for image in MAPS]
        paths += [f"raw_data/{later}{subject}_ses-02_{image}.nii.gz" for image in ("dwi", "adc")]
        name = f"derivatives/{acute}perfusion-maps/{name}_space-ncct"
        paths += [f"{name}_{image}.nii.gz" for image in MAPS]
        name = name.replace("perfusion-maps/", "")
        paths += [f"{name}_{image}.nii.gz" for image in ("cta", "ctp", "lvo-msk", "cow-msk")]
        paths += [
            f"derivatives/{later}{follow_up}_{image}.nii.gz"
            for image in ("dwi", "adc", "lesion-msk")
        ]
    paths.append("derivatives/sub-stroke0142/ses-02/sub-stroke0142_ses-02_lesion-msk.nii")
    root = tree(*paths)
    write_workbook(root, "sub-stroke0001", "ses-01", "demographic_baseline", BASELINE)
    write_workbook(
        root, "sub-stroke0142", "ses-01", "demographic_baseline", {**BASELINE, "Age": 63.5}
    )
    outcome = {"mRS 3 months": 2, "NIHSS 24h": None}
    write_workbook(root, "sub-stroke0001", "ses-02", "outcome", outcome)
    return root


def write_workbook(
    root: Path, subject: str, session: str, name: str, row: Mapping[str, object]
) -> None:
    """Write a table of one row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*row])
    sheet.append([*row.values()])
    path = root / "phenotype" / subject / session / f"{subject}_{session}_{name}.xlsx"
    path.parent.mkdir(parents=True)
    book.save(path)


def test_isles24_has_the_columns_that_its_users_know(tree: Tree) -> None:
    images = ("ncct", "cta", "ctp", *MAPS, "dwi", "adc", "lesion_mask", "lvo_mask")
    assert read_by_recipe(isles24(tree), "isles24").dataset.features == Features(
        {
            "subject_id": Value("string"),
            **{name: Nifti() for name in (*images, "cow_segmentation")},
            "age": Value("float32"),
            "sex": Value("string"),
            **{
                name: Value("float32")
                for name in ("nihss_admission", "mrs_admission", "mrs_3month")
            },
        }
    )


def test_isles24_has_both_sessions_of_a_subject_in_one_row(tree: Tree) -> None:
    root = isles24(tree)
    result = read_by_recipe(root, "isles24")
    first, second = (
        {name: relative(root, cell) for name, cell in row.items()} for row in plain(result.dataset)
    )
    acute = "{}/sub-stroke0001/ses-01/{}sub-stroke0001_ses-01_{}.nii.gz"
    later = "derivatives/sub-stroke0001/ses-02/sub-stroke0001_ses-02_space-ncct_{}.nii.gz"
    assert first == {
        "subject_id": "sub-stroke0001",
        **{name: acute.format("raw_data", "", name) for name in ("ncct", "cta", "ctp")},
        **{
            name: acute.format("derivatives", "perfusion-maps/", f"space-ncct_{name}")
            for name in MAPS
        },
        "dwi": later.format("dwi"),
        "adc": later.format("adc"),
        "lesion_mask": later.format("lesion-msk"),
        "lvo_mask": acute.format("derivatives", "", "space-ncct_lvo-msk"),
        "cow_segmentation": acute.format("derivatives", "", "space-ncct_cow-msk"),
        "age": 71.0,
        "sex": "F",
        "nihss_admission": 12.0,
        "mrs_admission": 4.0,
        "mrs_3month": 2.0,
    }
    registered = "derivatives/sub-stroke0142/ses-01/sub-stroke0142_ses-01_space-ncct_cta.nii.gz"
    assert (second["cta"], second["age"], second["mrs_3month"]) == (registered, 63.5, None)
    assert result.problems == []
    assert str(result.left_out) == (
        "left out: 2 files by order of patterns, 14 files by ignore, 1 column of tables"
    )
