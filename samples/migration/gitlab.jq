# Issues of GitLab's REST API as lines for load. The state is a label of the board, or else opened or closed.
def state: if .state == "closed" then "done"
  elif any(.labels[]; . == "Doing") then "doing"
  elif any(.labels[]; . == "Review") then "review"
  else "todo" end;

.[]
| {
    source: "#\(.iid)",
    parent: null,
    assignee: .assignees[0].name,
    issue: {
      title: .title,
      description: .description,
      issue_type: (if any(.labels[]; . == "bug") then "bug" else "task" end),
      status: state,
      labels: (.labels - ["To Do", "Doing", "Review", "bug"]),
      story_points: .weight,
      due_date: .due_date
    },
    comments: [.notes[]? | select(.system | not) | "\(.author.name), \(.created_at[:10]):\n\n\(.body)"]
  }
