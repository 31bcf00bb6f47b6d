"""Files of earlier versions are read for ever, with the same predictions bit for bit; those of later ones never."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import whyzero as wz
from whyzero.errors import CertificateError, ModelFormatError
from whyzero.models import load_model, predict, read_like, training_data

GOLDEN = sorted((Path(__file__).parent / "golden").iterdir())


@pytest.fixture(params=GOLDEN, ids=lambda folder: folder.name)
def golden(request):
    return request.param


def test_a_golden_model_predicts_the_same_bits(golden):
    """Weights and rows are such that every product and sum is exact, on any machine."""
    model = load_model(golden / "model.json")
    scores = predict(model, read_like(model, golden / "rows.csv")).scores
    assert [score.hex() for score in scores.tolist()] == (golden / "scores.txt").read_text().split()


def test_golden_certificates_are_confirmed(golden):
    model = load_model(golden / "model.json")
    data = training_data(model, read_like(model, golden / "rows.csv"))
    for name, kind in (("certificate", wz.Certificate), ("path_certificate", wz.PathCertificate)):
        text = (golden / f"{name}.json").read_text()
        assert kind.from_json(text).to_json() == text
        assert wz.verify(text, data.X, data.y) == (True, ("Every claim follows from these data.",))


def test_what_a_newer_version_wrote_is_refused_by_its_number(golden, tmp_path):
    file = tmp_path / "model.json"
    file.write_text(json.dumps(json.loads((golden / "model.json").read_text()) | {"schema": "whyzero/model/2"}))
    with pytest.raises(ModelFormatError) as caught:
        load_model(file)
    assert str(caught.value) == (
        f"{str(file)!r}: this model was written by a newer whyzero (model schema 2); this version reads schema 1. "
        "Upgrade whyzero to use it."
    )
    text = (golden / "certificate.json").read_text().replace("certificate/1", "certificate/2")
    with pytest.raises(CertificateError, match="'whyzero/certificate/2'; this version reads 'whyzero/certificate/1'"):
        wz.Certificate.from_json(text)
    assert not wz.verify(text, np.zeros((2, 2)), np.zeros(2)).ok
