from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_release_pseudonyms")]
    operations = [
        migrations.RenameField("calibration", "knots", "map"),
        migrations.AlterField(
            "calibration",
            "map",
            models.JSONField(help_text="What scoring.metrics.calibration.Calibration writes: knots and its report."),
        ),
        migrations.AlterField(
            "calibration", "fitted_on", models.JSONField(help_text="Corpus, turns and conversations.")
        ),
    ]
