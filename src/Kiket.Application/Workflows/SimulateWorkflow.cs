using System.Text.Json;
using FluentValidation;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Workflows;

/// <summary>Simulates transitions of an issue that exists only as a document. Nothing is written.</summary>
/// <param name="Version">The version, or null for the latest.</param>
/// <param name="Issue">The issue's fields by wire name; without a <c>status</c> it is in the initial state.</param>
/// <param name="Moves">
/// Target states, or names of transitions, one after the other. A refused move leaves the issue where it is.
/// </param>
internal sealed record SimulateWorkflowQuery(
    WorkflowRef Workflow,
    int? Version,
    IReadOnlyDictionary<string, JsonElement> Issue,
    IReadOnlyList<string> Moves
) : IQuery<Result<WorkflowSimulation>>;

/// <param name="State">The state after the last move.</param>
internal sealed record WorkflowSimulation(string Workflow, int Version, StateKey State, IReadOnlyList<SimulatedMove> Moves);

/// <param name="Move">The requested move.</param>
/// <param name="From">The state before it.</param>
/// <param name="State">The state after it.</param>
/// <param name="CommentRequired">Whether the transition requires a comment; a simulation continues without one.</param>
internal sealed record SimulatedMove(
    string Move,
    StateKey From,
    bool Allowed,
    IReadOnlyList<TransitionReasonDto> Reasons,
    StateKey State,
    bool CommentRequired
);

internal sealed class SimulateWorkflowValidator : AbstractValidator<SimulateWorkflowQuery>
{
    private const int MaxMoves = 100;

    public SimulateWorkflowValidator()
    {
        RuleFor(q => q.Moves)
            .Must(m => m.Count is > 0 and <= MaxMoves)
            .OverridePropertyName("moves")
            .WithMessage($"A simulation must have 1 to {MaxMoves} moves.");
        RuleForEach(q => q.Moves).NotEmpty().MaximumCharacters(Workflow.MaxNameLength).OverridePropertyName("moves");
        RuleFor(q => q.Issue)
            .Must(i => !i.TryGetValue("status", out var status) || status.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            .OverridePropertyName("issue.status")
            .WithMessage("A status must be a string.");
    }
}

internal sealed class SimulateWorkflowHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<SimulateWorkflowQuery, Result<WorkflowSimulation>>
{
    public async Task<Result<WorkflowSimulation>> Handle(SimulateWorkflowQuery query, CancellationToken ct)
    {
        var found = await db.FindWorkflowAsync(query.Workflow, query.Version, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;

        var workflow = found.Value.Workflow;
        var status = query.Issue.TryGetValue("status", out var given) ? given.GetString() : null;
        var begin = status is null ? workflow.Definition.InitialState : new StateKey(status);
        if (workflow.Definition.FindState(begin) is not { } state)
            return IssueErrors.UnknownState(begin, workflow);

        List<SimulatedMove> moves = [];
        foreach (var move in query.Moves)
        {
            moves.Add(Simulate(workflow.Definition, state.Key, query.Issue, move));
            state = workflow.Definition.FindState(moves[^1].State)!;
        }

        return new WorkflowSimulation(workflow.Key, workflow.Revision, state.Key, moves);
    }

    private static SimulatedMove Simulate(
        WorkflowDefinition workflow,
        StateKey from,
        IReadOnlyDictionary<string, JsonElement> issue,
        string move
    )
    {
        if (workflow.FindTransition(from, move) is not { } transition)
        {
            var undeclared = new TransitionReasonDto(
                MoveReason.NotDeclared,
                $"No transition leads from '{from}' to '{move}'.",
                "state"
            );
            return new(move, from, false, [undeclared], from, false);
        }

        var decision = WorkflowEngine.Decide(workflow, transition, new(IssueFacts.From(from, issue, IssueFields.Synonyms)));
        return new(
            move,
            from,
            decision.IsAllowed,
            [.. decision.Reasons.Select(r => new TransitionReasonDto(r.Code, r.Message, r.Field))],
            decision.IsAllowed ? transition.To : from,
            transition.CommentRequired
        );
    }
}
