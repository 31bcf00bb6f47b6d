"""Saved models: plain JSON, validated field by field, that predicts and rebuilds its own training problem."""

from whyzero.models.files import MODEL_FILE, Run, load_model, load_run, save_model, write_atomically, write_files
from whyzero.models.model import SCHEMA, Model, model_from_json, model_to_json
from whyzero.models.prediction import (
    Prediction,
    TrainingData,
    predict,
    read_like,
    scores_csv,
    training_data,
    write_scores,
)

__all__ = [
    "MODEL_FILE",
    "SCHEMA",
    "Model",
    "Prediction",
    "Run",
    "TrainingData",
    "load_model",
    "load_run",
    "model_from_json",
    "model_to_json",
    "predict",
    "read_like",
    "save_model",
    "scores_csv",
    "training_data",
    "write_atomically",
    "write_files",
    "write_scores",
]
