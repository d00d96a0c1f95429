from __future__ import annotations

from jupyter_mlops.pipelines.executions import executions
from tests.unit.pipelines.factory import Factory

ONE = '[steps.report]\nnotebook = "report.ipynb"\n'


class TestExecutions:
    def test_newest_first_a_page_at_a_time(self, factory: Factory) -> None:
        """Each page says where the next one starts, until the last."""
        factory.pipeline(ONE)
        made = []
        for _ in range(3):
            made.append(factory.launch())
            factory.project.clock.advance(1)
        first = executions(factory.project, limit=2)
        second = executions(factory.project, limit=2, page=first.next_page)
        assert [one.ref for one in (*first.executions, *second.executions)] == made[::-1]
        assert second.next_page is None

    def test_chosen_by_pipeline_status_and_sweep(self, factory: Factory) -> None:
        """Each narrows the list."""
        factory.pipeline(ONE)
        factory.pipeline(ONE, name="other")
        done = factory.launch()
        factory.finish()
        waiting = factory.launch("other", parent="group")
        project = factory.project
        assert [one.ref for one in executions(project, "retrain").executions] == [done]
        assert [one.ref for one in executions(project, status="queued").executions] == [waiting]
        assert [one.ref for one in executions(project, parent="group").executions] == [waiting]

    def test_the_card(self, factory: Factory) -> None:
        """How each stands, and the line that follows the newest."""
        assert "No executions" in str(executions(factory.project))
        factory.pipeline(ONE)
        made = factory.launch()
        assert f"%mlops follow {made}" in str(executions(factory.project))

    def test_a_step_says_what_it_is_given_and_after_which_others(self, factory: Factory) -> None:
        """What an earlier step gives stays a placeholder: it says where it comes from."""
        factory.notebook("report", "print(1)", parameters="days = 1; rows = 1; title = ''")
        factory.pipeline(
            """
            [parameters]
            days = 7
            [steps.load]
            notebook = "report.ipynb"
            parameters = { days = "${parameters.days}" }
            outputs = ["rows"]
            [steps.report]
            notebook = "report.ipynb"
            parameters = { rows = "${steps.load.outputs.rows}", title = "of ${parameters.days} days" }
            """
        )
        factory.launch(values={"days": 30})
        load, report = executions(factory.project).executions[0].steps
        assert load.parameters == {"days": 30}
        assert report.parameters == {"rows": "${steps.load.outputs.rows}", "title": "of 30 days"}
        assert (load.needs, report.needs) == ((), ("load",))
