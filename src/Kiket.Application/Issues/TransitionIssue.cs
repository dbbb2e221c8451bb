using FluentValidation;
using Kiket.Application.Behaviors;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Issues;

/// <summary>Moves an issue along one transition of its workflow.</summary>
/// <param name="To">Key of the target state, or name of the transition.</param>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record TransitionIssueCommand(IssueRef Issue, string? To, string? Comment, ExpectedVersion ExpectedVersion)
    : ICommand<Result<IssueDto>>;

internal sealed class TransitionIssueValidator : AbstractValidator<TransitionIssueCommand>
{
    public TransitionIssueValidator()
    {
        RuleFor(c => c.To).NotEmpty().MaximumCharacters(Workflow.MaxNameLength).OverridePropertyName("transition.state");
        RuleFor(c => c.Comment).MaximumCharacters(Issue.MaxCommentLength).OverridePropertyName("transition.comment");
    }
}

internal sealed class TransitionIssueHandler(
    IKiketDb db,
    IssueLoads issues,
    IUnitOfWork work,
    ICurrentActor current,
    GuardAnswers guards,
    PublicUrl url,
    TimeProvider time
) : ICommandHandler<TransitionIssueCommand, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(TransitionIssueCommand command, CancellationToken ct)
    {
        var found = await issues.LoadAsync(db, command.Issue, current.Actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        if (!command.ExpectedVersion.Allows(issue.Version))
            return Error.Stale(issue.Version);
        guards.EnsureCurrent(issue);

        var moved = await db.TransitionAsync(
            work,
            guards,
            issue,
            command.To!,
            command.Comment,
            current.Actor,
            time.GetUtcNow(),
            ct,
            found.Value
        );
        return moved.Error is { } error ? error : await db.AnswerAsync(work, found.Value, url, ct);
    }
}
