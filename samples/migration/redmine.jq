# Issues of Redmine's REST API as lines for load; comments need include=journals.
def state: {"New": "todo", "In Progress": "doing", "Resolved": "review", "Feedback": "doing", "Closed": "done", "Rejected": "done"}[.]
  // error("no state for \(.)");
def type: {"Bug": "bug"}[.] // "task";
def priority: {"Low": "low", "Normal": "medium", "High": "high", "Urgent": "highest", "Immediate": "critical"}[.] // "medium";

.issues[]
| {
    source: "#\(.id)",
    parent: (if .parent then "#\(.parent.id)" else null end),
    assignee: .assigned_to.name,
    issue: {
      title: .subject,
      description: .description,
      issue_type: (.tracker.name | type),
      status: (.status.name | state),
      priority: (.priority.name | priority),
      labels: [.category.name // empty],
      start_date: .start_date,
      due_date: .due_date
    },
    comments: [.journals[]? | select(.notes != null and .notes != "") | "\(.user.name), \(.created_on[:10]):\n\n\(.notes)"]
  }
