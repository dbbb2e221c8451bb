// Uses the workflow engine of Kiket in a host of its own: no database, no web server, no YAML.
using System.Text.Json;
using Kiket.Domain.Workflows;

var contract = new WorkflowDefinition(
    "Contract",
    null,
    "draft",
    [
        new("draft", "Draft", StateType.Initial, StateCategory.Pending),
        new("review", "Legal review", StateType.Active, StateCategory.Review)
        {
            Checklist = new("review", "Review", ChecklistMode.All, [new("read", "Every page is read", ChecklistCheck.Manual, true, null)], []),
        },
        new("signed", "Signed", StateType.Final, StateCategory.Completed),
    ],
    [
        new("draft", "review", "Send to Legal", null) { RequiresFields = ["due_date"] },
        new("review", "draft", "Send back", null) { CommentRequired = true },
        new("review", "signed", "Sign", null)
        {
            Conditions =
            [
                new ChecklistCondition("review", Complete: true),
                new FieldCondition("custom_fields.amount", ConditionOperator.LessThan, JsonSerializer.SerializeToElement(100_000)),
            ],
        },
    ]);

Show("a draft without a date", new(Facts("draft", """{"title": "Lease"}""")));
Show("a draft with a date", new(Facts("draft", """{"title": "Lease", "due_date": "2026-12-24"}""")));
Show("a large contract that nobody has read", new(Facts("review", """{"custom_fields": {"amount": 250000}}""")));
Show("a small contract that somebody has read", new(Facts("review", """{"custom_fields": {"amount": 5000}}"""))
{
    CheckedItems = new HashSet<string> { "review/read" },
});

void Show(string what, MoveContext context)
{
    Console.WriteLine($"{what}:");
    foreach (var decision in WorkflowEngine.Decide(contract, context))
    {
        var answer = decision.IsAllowed ? "allowed" : string.Join(" ", decision.Reasons.Select(r => $"[{r.Code}] {r.Message}"));
        Console.WriteLine($"  {decision.Transition.Name}: {answer}");
    }
}

static IssueFacts Facts(string status, string fields) =>
    IssueFacts.Of(status, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!);
