# Issues of Jira's REST API, version 2 (description and comments as text), as lines for load.
def state: {"To Do": "todo", "In Progress": "doing", "In Review": "review", "Done": "done"}[.] // error("no state for \(.)");
def type: {"Epic": "epic", "Bug": "bug"}[.] // "task";

.issues[]
| {
    source: .key,
    parent: .fields.parent.key,
    assignee: .fields.assignee.displayName,
    issue: {
      title: .fields.summary,
      description: .fields.description,
      issue_type: (.fields.issuetype.name | type),
      status: (.fields.status.name | state),
      priority: ((.fields.priority.name // "Medium") | ascii_downcase),
      labels: (.fields.labels + [.fields.components[]?.name]),
      due_date: .fields.duedate
    },
    comments: [.fields.comment.comments[]? | "\(.author.displayName), \(.created[:10]):\n\n\(.body)"]
  }
