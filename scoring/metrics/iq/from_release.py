"""Training from a release of the application: the settings that a person does not choose, and nothing else."""

from __future__ import annotations

from pathlib import Path

from scoring.metrics.api import TrainingJob
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.loop import Schedule
from scoring.metrics.iq.settings import TrainSettings
from scoring.metrics.iq.train import train


def train_from_release(job: TrainingJob) -> Path:
    """The checkpoint folder. Raises `TrainingStopped` (the next call goes on from there), ValueError, Unavailable."""
    held = TrainSettings(
        name=job.name,
        out=str(job.out),
        train=(str(job.data),),
        model=ModelConfig(backbone=job.backbone, local_layers=0),
        schedule=Schedule(epochs=job.epochs),
        licences={str(job.data): job.licence},
        seed=job.seed,
        device=job.device,
    )
    return train(held, progress=job.progress, should_stop=job.should_stop, command=job.command)
