from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

FORWARDS = """
UPDATE annotate_task SET campaign_id = item.campaign_id
FROM annotate_campaignitem item WHERE item.id = annotate_task.item_id;
CREATE FUNCTION annotate_task_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.campaign_id := (SELECT campaign_id FROM annotate_campaignitem WHERE id = NEW.item_id);
  RETURN NEW;
END $$;
CREATE TRIGGER a_task_is_of_its_items_campaign BEFORE INSERT OR UPDATE OF item_id, campaign_id ON annotate_task
FOR EACH ROW EXECUTE FUNCTION annotate_task_campaign();
SET CONSTRAINTS ALL IMMEDIATE;
"""
BACKWARDS = """
DROP TRIGGER a_task_is_of_its_items_campaign ON annotate_task;
DROP FUNCTION annotate_task_campaign;
"""


class Migration(migrations.Migration):
    dependencies = [("annotate", "0018_campaign_roles")]
    campaign = {
        "on_delete": django.db.models.deletion.PROTECT,
        "related_name": "tasks",
        "editable": False,
        "db_index": False,
        "to": "annotate.campaign",
    }

    operations = [
        migrations.AddField("task", "campaign", models.ForeignKey(**campaign, null=True)),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AlterField("task", "campaign", models.ForeignKey(**campaign)),
        migrations.AddIndex("task", models.Index(fields=["campaign", "rater"], name="tasks_of_a_campaign")),
    ]
