using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Issues;

/// <summary>A piece of work that moves through a workflow.</summary>
public sealed class Issue : AggregateRoot<IssueId>, IKeepsTexts
{
    /// <summary>Longest title, in characters.</summary>
    public const int MaxTitleLength = 255;

    /// <summary>Longest description, in characters.</summary>
    public const int MaxDescriptionLength = 65_536;

    /// <summary>Most labels.</summary>
    public const int MaxLabels = 50;

    /// <summary>Longest label, in characters.</summary>
    public const int MaxLabelLength = 64;

    /// <summary>Most levels of parents above an issue.</summary>
    public const int MaxDepth = 10;

    /// <summary>Most custom fields.</summary>
    public const int MaxCustomFields = 200;

    /// <summary>Most bytes of all custom fields together, as UTF-8 JSON.</summary>
    public const int MaxCustomFieldsBytes = 65_536;

    /// <summary>Longest comment on a transition, in characters.</summary>
    public const int MaxCommentLength = 10_000;

    private const decimal MaxStoryPoints = 100_000;

    private readonly List<IssueChange> history = [];

    private Issue() { }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>Counts the project's issues from 1, without gaps.</summary>
    public int Number { get; private set; }

    /// <summary>The project's key, a hyphen and the number: <c>LEGAL-42</c>.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The title, on one line.</summary>
    public string Title { get; internal set; } = "";

    /// <summary>The description, or null.</summary>
    public string? Description { get; internal set; }

    /// <summary>Key of the state it is in.</summary>
    public StateKey Status
    {
        get;
        private set
        {
            field = value;
            StatusSortKey = Common.SearchText.SortKey(value.Value);
        }
    }

    /// <summary>When it entered this state (UTC).</summary>
    public DateTimeOffset EnteredStatusAt { get; private set; }

    /// <summary>The version of the workflow that it follows.</summary>
    public long WorkflowId { get; private set; }

    /// <summary>Key of its type.</summary>
    public TypeKey IssueType { get; private set; }

    /// <summary>How urgent it is.</summary>
    public IssuePriority Priority { get; internal set; } = IssuePriority.Medium;

    /// <summary>Its labels, each once.</summary>
    public IReadOnlyList<string> Labels { get; internal set; } = [];

    /// <summary>Its custom fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>The user who works on it, or null.</summary>
    public UserId? AssigneeId { get; internal set; }

    /// <summary>The user who created it.</summary>
    public UserId ReporterId { get; private set; }

    /// <summary>The issue above it, or null.</summary>
    public IssueId? ParentId { get; private set; }

    /// <summary>The topmost issue above it, or null when it is a root itself.</summary>
    public IssueId? RootId { get; private set; }

    /// <summary>How many issues are above it.</summary>
    public int HierarchyDepth { get; private set; }

    /// <summary>The ids of the issues above it, the topmost first: <c>/12/45/</c>; <c>/</c> for a root.</summary>
    public string HierarchyPath { get; private set; } = "/";

    /// <summary>The milestone it belongs to, or null.</summary>
    public long? MilestoneId { get; internal set; }

    /// <summary>Estimate in points.</summary>
    /// <value>0 to 100,000 with two decimals, or null when not estimated.</value>
    public decimal? StoryPoints { get; internal set; }

    /// <summary>When work on it is to begin, or null.</summary>
    public DateOnly? StartDate { get; internal set; }

    /// <summary>When it is due, or null.</summary>
    public DateOnly? DueDate { get; internal set; }

    /// <summary>When it entered the final state it is in (UTC), or null while it is open.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>
    /// When the checklist of the state that it is in was complete for the first time (UTC), or null while it is not, or nothing
    /// waits for it.
    /// </summary>
    public DateTimeOffset? ChecklistCompletedAt { get; private set; }

    /// <summary>When it was deleted (UTC), or null. A deleted issue is kept for audit only.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>The title in the form in which it is sorted; see <see cref="Common.SearchText.SortKey"/>.</summary>
    internal string SortKey { get; private set; } = "";

    /// <summary>The key of its type in the form in which types are filtered and sorted: upper and lower case alike.</summary>
    internal string TypeSortKey { get; private set; } = "";

    /// <summary>The key of its state in the form in which states are filtered and sorted: upper and lower case alike.</summary>
    internal string StatusSortKey { get; private set; } = "";

    /// <summary>Title and description in the form in which they are searched; see <see cref="Common.SearchText"/>.</summary>
    internal string SearchText { get; private set; } = "";

    /// <summary>The history entries added since the issue was loaded.</summary>
    public IReadOnlyList<IssueChange> History => history;

    /// <summary>What the <see cref="HierarchyPath"/> of every issue below this one begins with.</summary>
    public string DescendantPath => string.Create(CultureInfo.InvariantCulture, $"{HierarchyPath}{Id}/");

    /// <summary>The state that an issue begins in.</summary>
    /// <param name="workflow">The workflow of its type.</param>
    /// <param name="status">
    /// Key of the state, or null for the initial one. <c>backlog</c> also means the initial state of a workflow that has no
    /// such state.
    /// </param>
    /// <returns>The state, or null when the workflow has no such state.</returns>
    public static State? FirstState(WorkflowDefinition workflow, StateKey? status)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return workflow.FindState(status ?? workflow.InitialState)
            ?? (
                string.Equals(status?.Value, "backlog", StringComparison.OrdinalIgnoreCase)
                    ? workflow.FindState(workflow.InitialState)
                    : null
            );
    }

    /// <summary>Opens an issue. It has no number until <see cref="TakeNumber"/>.</summary>
    /// <param name="project">The project.</param>
    /// <param name="type">One of the project's types.</param>
    /// <param name="workflow">The workflow of that type.</param>
    /// <param name="fields">All else; the title is required.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="actorId">Who opens it.</param>
    /// <param name="at">Instant of the opening.</param>
    /// <returns>
    /// The issue; <c>PROJECT_ARCHIVED</c>; <c>VALIDATION_ERROR</c> with every invalid field; <c>FORBIDDEN</c> for a state that
    /// the actor may not choose; or <c>WORKFLOW_TRANSITION_GUARD_FAILED</c> for a state that is full.
    /// </returns>
    public static Result<Issue> Open(
        Project project,
        IssueType type,
        Workflow workflow,
        IssueEdit fields,
        IssueStart start,
        UserId actorId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(start);
        fields = Cleaned(fields);
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);

        var issue = new Issue
        {
            OrganizationId = project.OrganizationId,
            ProjectId = project.Id,
            IssueType = type.Key,
            TypeSortKey = Common.SearchText.SortKey(type.Key.Value),
            WorkflowId = workflow.Id,
            ReporterId = actorId,
        };
        var state = FirstState(workflow.Definition, start.Status);
        var custom = issue.MergeCustomFields(project.Schema, type.Key, fields.CustomFields.Or(null), start);
        var errors = Validate(fields with { Title = fields.Title.Or(null) });
        errors.AddRange(custom.Errors);
        if (state is null)
            errors.Add(IssueErrors.UnknownState(start.Status!.Value, workflow).Details[0]);
        if (start.Parent is not null && issue.ParentFault(start.Parent, project.Schema, deepestBelow: 0) is { } error)
            errors.Add(error);
        if (errors.Count > 0)
            return Error.Validation(errors);
        if (!start.MayChooseState && state!.Key != workflow.Definition.InitialState)
            return IssueErrors.NotInitial(state.Key);
        if (state!.WipLimit <= start.IssuesInState)
            return IssueErrors.StateIsFull(state);

        issue.Status = state.Key;
        issue.EnteredStatusAt = at.ToUniversalTime();
        issue.CompletedAt = state.IsFinal ? at.ToUniversalTime() : null;
        issue.Apply(fields, custom.Fields, []);
        issue.PlaceUnder(start.Parent);
        issue.Created(at);
        issue.history.Add(new(issue.OrganizationId, IssueAction.Created, actorId, at, issue.Snapshot(), null));
        issue.Raise(new IssueCreated(issue.ProjectId, issue.Status, actorId, at) { AssigneeId = issue.AssigneeId });
        return issue;
    }

    /// <summary>Gives the issue its number and with it its key.</summary>
    /// <param name="projectKey">The project's key.</param>
    /// <param name="number">The next number of the project.</param>
    /// <exception cref="InvalidOperationException">It has a number already.</exception>
    public void TakeNumber(string projectKey, int number)
    {
        ArgumentNullException.ThrowIfNull(projectKey);
        if (Number != 0)
            throw new InvalidOperationException($"{Key} already has a number.");
        Number = number;
        Key = string.Create(CultureInfo.InvariantCulture, $"{projectKey}-{number}");
    }

    /// <summary>Changes fields; those of the hierarchy and the type have methods of their own.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <param name="schema">The project's schema.</param>
    /// <param name="actorId">Who changes it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>
    /// Success, also when nothing is different; or <c>VALIDATION_ERROR</c> with every invalid field, and nothing changed.
    /// </returns>
    public Result Edit(IssueEdit edit, ProjectSchema schema, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        ArgumentNullException.ThrowIfNull(schema);
        edit = Cleaned(edit);
        var custom = MergeCustomFields(schema, IssueType, edit.CustomFields.Or(null), start: null);
        var errors = Validate(edit);
        errors.AddRange(custom.Errors);
        if (errors.Count > 0)
            return Error.Validation(errors);

        List<FieldChange> changes = [];
        Apply(edit, custom.Fields, changes);
        Record(IssueAction.Updated, changes, null, actorId, at);
        return Result.Success;
    }

    /// <summary>Gives the issue another type, and with it, if need be, another workflow.</summary>
    /// <param name="type">The new type.</param>
    /// <param name="workflow">The workflow of the new type.</param>
    /// <param name="actorId">Who changes it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> when the issue's state does not exist in the new workflow.</returns>
    public Result ChangeType(IssueType type, Workflow workflow, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(workflow);
        if (type.Key == IssueType)
            return Result.Success;
        if (workflow.Definition.FindState(Status) is not { } state)
            return IssueErrors.UnknownState(Status, workflow);

        List<FieldChange> changes = [];
        Set("issue_type", IssueType, type.Key, changes, value => IssueType = value);
        Set("status", Status, state.Key, changes, value => Status = value); // the workflows may write it differently
        TypeSortKey = Common.SearchText.SortKey(IssueType.Value);
        if (WorkflowId != workflow.Id)
            ChecklistCompletedAt = null;
        WorkflowId = workflow.Id;
        CompletedAt = state.IsFinal ? CompletedAt ?? at.ToUniversalTime() : null;
        Record(IssueAction.Updated, changes, null, actorId, at);
        return Result.Success;
    }

    /// <summary>Makes the issue follow another version of its workflow.</summary>
    /// <param name="from">The version that it follows.</param>
    /// <param name="to">The version to follow.</param>
    /// <param name="status">Key of the state of that version to be in.</param>
    /// <param name="actorId">Who migrates it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <exception cref="ArgumentException">
    /// The issue does not follow that version, they are versions of different workflows, or the version to follow has no such
    /// state.
    /// </exception>
    public void FollowVersion(Workflow from, Workflow to, StateKey status, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (to.Definition.FindState(status) is not { } state)
            throw new ArgumentException($"Version {to.Revision} of {to.Key} has no state '{status}'.", nameof(status));
        if (from.Id != WorkflowId || from.ProjectId != to.ProjectId || from.Key != to.Key)
            throw new ArgumentException($"{Key} does not follow {from.Key}, or {to.Key} is a different workflow.", nameof(from));

        List<FieldChange> changes = [];
        Set("workflow_version", from.Revision, to.Revision, changes, _ => WorkflowId = to.Id);
        if (Status != state.Key)
            (ChecklistCompletedAt, EnteredStatusAt) = (null, at.ToUniversalTime());
        Set("status", Status, state.Key, changes, value => Status = value);
        CompletedAt = state.IsFinal ? CompletedAt ?? at.ToUniversalTime() : null;
        Record(IssueAction.Updated, changes, null, actorId, at);
    }

    /// <summary>Moves the issue along a declared transition, if the workflow allows it.</summary>
    /// <param name="transition">One of the workflow's transitions that leave the issue's state.</param>
    /// <param name="workflow">The workflow version that the issue follows.</param>
    /// <param name="context">All that the workflow's decision depends on.</param>
    /// <param name="actorId">Who moves it.</param>
    /// <param name="at">Instant of the move.</param>
    /// <param name="decision">The workflow's decision: the reasons of a refusal, and the missing approvals.</param>
    /// <returns>
    /// Success; <c>VALIDATION_ERROR</c> for a comment of more than 10,000 characters; or
    /// <c>WORKFLOW_TRANSITION_GUARD_FAILED</c> with every reason, also when the issue is not in the state that the transition
    /// leaves. A refusal changes nothing. It is pending when only approvals are missing.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The issue does not follow that version, or the transition is not one of the workflow's.
    /// </exception>
    public Result Move(
        Transition transition,
        Workflow workflow,
        MoveContext context,
        UserId actorId,
        DateTimeOffset at,
        out MoveDecision decision
    )
    {
        ArgumentNullException.ThrowIfNull(transition);
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        if (workflow.Id != WorkflowId)
            throw new ArgumentException(
                $"{Key} does not follow version {workflow.Revision} of {workflow.Key}.",
                nameof(workflow)
            );
        transition = workflow.Definition.Own(transition);
        if (transition.From != Status)
        {
            var undeclared = IssueErrors.TransitionNotDeclared(Key, Status, transition.To.Value, workflow);
            decision = new(transition, [new(MoveReason.NotDeclared, undeclared.Message, "state")], []);
            return undeclared;
        }

        decision = WorkflowEngine.DecideOwn(workflow.Definition, transition, context);
        if (!decision.IsAllowed)
            return IssueErrors.MoveNotAllowed(Key, decision);
        if (RefuseTooLong(context.Comment) is { } error)
            return error;

        RecordGuards(transition.To, decision.Verdicts, actorId, at);
        List<FieldChange> changes = [];
        Set("status", Status, transition.To, changes, value => Status = value);
        (ChecklistCompletedAt, EnteredStatusAt) = (null, at.ToUniversalTime());
        var wasOpen = CompletedAt is null;
        CompletedAt = workflow.Definition.FindState(transition.To)!.IsFinal ? CompletedAt ?? at.ToUniversalTime() : null;
        var comment = UnicodeText.IsBlank(context.Comment) ? null : UnicodeText.Clean(context.Comment!);
        history.Add(new(OrganizationId, IssueAction.Transitioned, actorId, at, changes, comment));
        Touch(at);
        Raise(
            new IssueTransitioned(transition.From, transition.To)
            {
                ProjectId = ProjectId,
                Closes = wasOpen && CompletedAt is not null,
                Changes = changes,
                ActorId = actorId,
                OccurredAt = at,
            }
        );
        NoteChecklist(
            workflow.Definition,
            context with
            {
                Issue = context.Issue.With("status", FieldValue.Of(Status.Value)),
            },
            actorId,
            at
        );
        return Result.Success;
    }

    /// <summary>Why a comment on a move or an approval is refused, or null.</summary>
    /// <param name="comment">The comment, or null.</param>
    internal static Error? RefuseTooLong(string? comment) =>
        UnicodeText.Length(comment ?? "") > MaxCommentLength
            ? Error.Validation("comment", $"A comment can have at most {MaxCommentLength} characters.")
            : null;

    /// <summary>
    /// Records, once while the issue is in its state, that the checklist of the state is complete, if actions wait for that. They
    /// run after the commit, triggered by the change of <c>checklists.{id}</c> that this records.
    /// </summary>
    /// <param name="workflow">The workflow version that the issue follows.</param>
    /// <param name="context">What the checklist looks at, as it is after the change.</param>
    /// <param name="actorId">Whose change may have completed it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Whether it is complete only now.</returns>
    public bool NoteChecklist(WorkflowDefinition workflow, MoveContext context, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentNullException.ThrowIfNull(context);
        if (
            !AwaitsChecklist(workflow)
            || workflow.FindState(Status)!.Checklist is not { } checklist
            || !WorkflowEngine.IsComplete(checklist, workflow, context)
        )
            return false;
        ChecklistCompletedAt = at.ToUniversalTime();
        Record(IssueAction.Updated, [new(ChecklistField(checklist), false, true)], null, actorId, at);
        return true;
    }

    /// <summary>Whether actions wait for the checklist of the issue's state, and it has not been complete yet.</summary>
    /// <param name="workflow">The workflow version that the issue follows.</param>
    internal bool AwaitsChecklist(WorkflowDefinition workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return ChecklistCompletedAt is null
            && workflow.FindState(Status) is { Checklist: { } checklist } state
            && checklist.OnComplete.Count + state.OnComplete.Count > 0;
    }

    /// <summary>The issue as conditions see it.</summary>
    /// <param name="assigneeEmail">Address of its assignee, or null.</param>
    /// <param name="reporterEmail">Address of its reporter, or null.</param>
    /// <param name="now">The instant that ages are counted to.</param>
    /// <param name="calendar">Says when the due day begins; null, the default, means at midnight UTC.</param>
    public IssueFacts ToFacts(
        string? assigneeEmail,
        string? reporterEmail,
        DateTimeOffset now,
        BusinessCalendar? calendar = null
    ) => new(Status, IssueFields.FactsOf(this, new(assigneeEmail, reporterEmail, now, calendar)), CustomFields);

    /// <summary>The field whose change says that a checklist is complete.</summary>
    /// <param name="checklist">The checklist.</param>
    internal static string ChecklistField(Checklist checklist)
    {
        ArgumentNullException.ThrowIfNull(checklist);
        return $"checklists.{checklist.Id}";
    }

    /// <summary>Records that an item of a checklist was checked or unchecked.</summary>
    /// <param name="checklist">The checklist.</param>
    /// <param name="item">The item.</param>
    /// <param name="isChecked">Whether it is checked now.</param>
    /// <param name="actorId">Who did it.</param>
    /// <param name="at">Instant of the change.</param>
    public void RecordCheck(Checklist checklist, ChecklistItem item, bool isChecked, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(checklist);
        ArgumentNullException.ThrowIfNull(item);
        Record(IssueAction.Checked, [new($"checklists.{checklist.Id}.{item.Id}", !isChecked, isChecked)], null, actorId, at);
    }

    /// <summary>Records the verdicts of extensions on a move.</summary>
    /// <param name="to">Key of the state to enter.</param>
    /// <param name="verdicts">The verdicts.</param>
    /// <param name="actorId">Whose move it was.</param>
    /// <param name="at">Instant of the answers.</param>
    internal void RecordGuards(StateKey to, IReadOnlyList<GuardVerdict> verdicts, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        if (verdicts.Count == 0)
            return;
        history.Add(
            new(
                OrganizationId,
                IssueAction.Guarded,
                actorId,
                at,
                [.. verdicts.Select(v => new FieldChange($"guards.{to}.{v.Extension}", null, v))],
                null
            )
        );
    }

    /// <summary>Notifies observers that the issue is about to go along a transition.</summary>
    /// <param name="to">Key of the state to enter.</param>
    /// <param name="actorId">Whose move it is.</param>
    /// <param name="at">Instant of the move.</param>
    internal void AnnounceMove(StateKey to, UserId actorId, DateTimeOffset at) =>
        Raise(new TransitionAnnounced(Status, to, actorId, at));

    /// <summary>Records that an extension triggered an action of the workflow.</summary>
    /// <param name="action">The action.</param>
    /// <param name="executionId">Names this execution.</param>
    /// <param name="parameters">What the extension gave with it.</param>
    /// <param name="actorId">The extension's user.</param>
    /// <param name="at">Instant of the trigger.</param>
    internal void AnnounceTrigger(
        string action,
        string executionId,
        JsonElement? parameters,
        UserId actorId,
        DateTimeOffset at
    ) => Raise(new WorkflowTriggered(action, executionId, parameters, actorId, at));

    /// <summary>Records how an action of a workflow or an automation ended. The issue itself stays as it is.</summary>
    /// <param name="source">What asked for it, such as <c>on_enter.review</c>.</param>
    /// <param name="kind">What it was to do.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="detail">A sentence for people.</param>
    /// <param name="actorId">In whose name it ran.</param>
    /// <param name="at">Instant of the end.</param>
    internal void RecordAction(
        string source,
        string kind,
        ActionOutcome outcome,
        string detail,
        UserId actorId,
        DateTimeOffset at
    ) =>
        history.Add(
            new(
                OrganizationId,
                IssueAction.ActionRun,
                actorId,
                at,
                [new FieldChange($"actions.{source}.{kind}", null, WireName.Of(outcome))],
                detail
            )
        );

    /// <summary>Moves the issue below another one, or makes it a root. The issues below it have to be moved along.</summary>
    /// <param name="parent">The new parent, or null.</param>
    /// <param name="schema">The project's schema.</param>
    /// <param name="levelsBelow">How many levels of issues are below this one.</param>
    /// <param name="actorId">Who moves it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>
    /// Success, or <c>VALIDATION_ERROR</c> when the parent is of another project, of a type without children, the issue
    /// itself or below it, or when the tree would become too deep.
    /// </returns>
    public Result MoveUnder(Issue? parent, ProjectSchema schema, int levelsBelow, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (parent is not null && ParentFault(parent, schema, levelsBelow) is { } error)
            return Error.Validation([error]);
        if (parent?.Id == ParentId)
            return Result.Success;

        List<FieldChange> changes = [];
        Set("parent_id", ParentId, parent?.Id, changes, _ => { });
        PlaceUnder(parent);
        Record(IssueAction.Updated, changes, null, actorId, at);
        return Result.Success;
    }

    /// <summary>Deletes the issue. It stays in the database, out of every list. The issues right below it become roots.</summary>
    /// <param name="actorId">Who deletes it.</param>
    /// <param name="at">Instant of the deletion.</param>
    public void Delete(UserId actorId, DateTimeOffset at)
    {
        DeletedAt = at.ToUniversalTime();
        history.Add(new(OrganizationId, IssueAction.Deleted, actorId, at, [], null));
        Touch(at);
        Raise(new IssueDeleted(ProjectId, actorId, at));
    }

    /// <summary>Restores an issue that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static Issue Restore(IssueSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var issue = new Issue
        {
            Key = snapshot.Key,
            Title = snapshot.Title,
            Description = snapshot.Description,
            Status = snapshot.Status,
            WorkflowId = snapshot.WorkflowId,
            IssueType = snapshot.IssueType,
            Priority = snapshot.Priority,
            Labels = snapshot.Labels,
            CustomFields = snapshot.CustomFields,
            AssigneeId = snapshot.AssigneeId,
            ReporterId = snapshot.ReporterId,
            ParentId = snapshot.ParentId,
            RootId = snapshot.RootId,
            HierarchyDepth = snapshot.HierarchyDepth,
            MilestoneId = snapshot.MilestoneId,
            StoryPoints = snapshot.StoryPoints,
            StartDate = snapshot.StartDate,
            DueDate = snapshot.DueDate,
            CompletedAt = snapshot.CompletedAt,
            ProjectId = snapshot.ProjectId,
            Number = snapshot.Number,
            EnteredStatusAt = snapshot.EnteredStatusAt,
            HierarchyPath = snapshot.HierarchyPath,
            ChecklistCompletedAt = snapshot.ChecklistCompletedAt,
            DeletedAt = snapshot.DeletedAt,
            TypeSortKey = Common.SearchText.SortKey(snapshot.IssueType.Value),
        };
        issue.TakeStored(snapshot);
        issue.Fold();
        return issue;
    }

    /// <summary>
    /// All that a host has to store of the issue itself. What has happened is in
    /// <see cref="AggregateRoot{TId}.DomainEvents"/> and <see cref="History"/>.
    /// </summary>
    public IssueSnapshot ToSnapshot() => new(this);

    void IKeepsTexts.RefreshTexts()
    {
        Title = UnicodeText.CleanName(Title);
        Description = Description is null ? null : UnicodeText.Clean(Description);
        Labels = [.. Labels.Select(UnicodeText.CleanLabel).Distinct(StringComparer.Ordinal)];
        CustomFields = UnicodeText.Clean(CustomFields);
        TypeSortKey = Common.SearchText.SortKey(IssueType.Value);
        StatusSortKey = Common.SearchText.SortKey(Status.Value);
        Fold();
    }

    private static IssueEdit Cleaned(IssueEdit edit) =>
        edit with
        {
            Title = edit.Title.Map(title => title is null ? null : UnicodeText.CleanName(title)),
            Description = edit.Description.Map(text => text is null ? null : UnicodeText.Clean(text)),
            Labels = edit.Labels.Map<IReadOnlyList<string>?>(labels =>
                labels is null ? null : [.. labels.Select(l => UnicodeText.CleanLabel(l ?? ""))]
            ),
            CustomFields = edit.CustomFields.Map(fields => fields is null ? null : UnicodeText.Clean(fields)),
        };

    private static List<ErrorDetail> Validate(IssueEdit edit)
    {
        List<ErrorDetail> errors = [];
        if (
            edit.Title is { IsSet: true, Value: var title }
            && (UnicodeText.IsBlank(title) || UnicodeText.Length(title!) > MaxTitleLength)
        )
            errors.Add(new("issue.title", $"The title must have 1 to {MaxTitleLength} characters and not be blank."));
        if (edit.Description.Or(null) is { } description && UnicodeText.Length(description) > MaxDescriptionLength)
            errors.Add(new("issue.description", $"The description can have at most {MaxDescriptionLength} characters."));
        if (edit.Priority is { IsSet: true, Value: var priority } && !Enum.IsDefined(priority))
            errors.Add(new("issue.priority", $"{(int)priority} is not a valid priority."));
        if (
            edit.Labels is { IsSet: true, Value: { } labels }
            && (
                labels.Count > MaxLabels
                || labels.Any(l =>
                    UnicodeText.IsBlank(l) || l.Contains(',', StringComparison.Ordinal) || UnicodeText.Length(l) > MaxLabelLength
                )
            )
        )
            errors.Add(
                new(
                    "issue.labels",
                    $"An issue can have at most {MaxLabels} labels of 1 to {MaxLabelLength} characters, "
                        + "not blank and without commas."
                )
            );
        if (
            edit.StoryPoints.Or(null) is { } points
            && (points is < 0 or > MaxStoryPoints || points.Scale > 2 && decimal.Round(points, 2) != points)
        )
            errors.Add(
                new("issue.story_points", $"Story points must be a number from 0 to {MaxStoryPoints} with at most two decimals.")
            );
        return errors;
    }

    private void Apply(IssueEdit edit, IReadOnlyDictionary<string, JsonElement> customFields, List<FieldChange> changes)
    {
        foreach (var field in IssueFields.All)
            field.Apply(this, edit, changes);
        foreach (var key in CustomFields.Keys.Union(customFields.Keys))
        {
            JsonElement? from = CustomFields.TryGetValue(key, out var old) ? old : null;
            JsonElement? to = customFields.TryGetValue(key, out var value) ? value : null;
            if (from is null || to is null || !JsonElement.DeepEquals(from.Value, to.Value))
                changes.Add(new($"custom_fields.{key}", from, to));
        }

        CustomFields = customFields;
        Fold();
    }

    private void Fold()
    {
        SortKey = Common.SearchText.SortKey(Title);
        SearchText = Common.SearchText.Of($"{Title}\n{Description}");
    }

    private (IReadOnlyDictionary<string, JsonElement> Fields, List<ErrorDetail> Errors) MergeCustomFields(
        ProjectSchema schema,
        TypeKey type,
        IReadOnlyDictionary<string, JsonElement>? given,
        IssueStart? start
    )
    {
        var merged = new Dictionary<string, JsonElement>(CustomFields, StringComparer.Ordinal);
        List<ErrorDetail> errors = [];
        var defined = schema.FieldsOf(type).ToDictionary(f => f.Key, StringComparer.Ordinal);
        if (start is not null)
        {
            foreach (var field in defined.Values.Where(f => f.DefaultValue is not null))
                merged[field.Key] = field.DefaultValue!.Value;
        }

        foreach (var (key, value) in given ?? new Dictionary<string, JsonElement>())
        {
            var field = defined.GetValueOrDefault(key);
            if (field is null && schema.CustomFields.Count > 0)
                errors.Add(new($"issue.custom_fields.{key}", $"Issues of type {type} have no custom field '{key}'."));
            else if (UnicodeText.IsBlank(key) || UnicodeText.Length(key) > 64)
                errors.Add(new("issue.custom_fields", "The key of a custom field must have 1 to 64 characters."));
            else if (value.ValueKind is JsonValueKind.Null)
                merged.Remove(key);
            else if (field?.Validate(value) is { } error)
                errors.Add(new($"issue.custom_fields.{key}", error));
            else
                merged[key] = value.Clone();
        }

        var touched = start switch
        {
            null => defined.Values.Where(f => given?.ContainsKey(f.Key) == true),
            { MayLackCustomFields: true } => [],
            _ => defined.Values,
        };
        foreach (
            var field in touched.Where(f =>
                f.Required && !merged.ContainsKey(f.Key) && errors.All(d => d.Field != $"issue.custom_fields.{f.Key}")
            )
        )
            errors.Add(new($"issue.custom_fields.{field.Key}", $"{field.Label} is required."));
        if (given is { Count: > 0 } && (merged.Count > MaxCustomFields || JsonValues.SizeOf(merged) > MaxCustomFieldsBytes))
            errors.Add(
                new(
                    "issue.custom_fields",
                    $"An issue can have at most {MaxCustomFields} custom fields and {MaxCustomFieldsBytes} bytes of them."
                )
            );
        return (merged, errors);
    }

    private ErrorDetail? ParentFault(Issue parent, ProjectSchema schema, int deepestBelow)
    {
        if (parent.ProjectId != ProjectId)
            return new("issue.parent_id", $"{parent.Key} is in another project.");
        if (Id != default && (parent.Id == Id || parent.HierarchyPath.StartsWith(DescendantPath, StringComparison.Ordinal)))
            return new("issue.parent_id", $"{parent.Key} is this issue or one of its descendants.");
        if (schema.IssueTypes.FirstOrDefault(t => t.Key == parent.IssueType) is not { AllowChildren: true })
            return new("issue.parent_id", $"{parent.Key} is of type {parent.IssueType}, which cannot have children.");
        return parent.HierarchyDepth + 1 + deepestBelow > MaxDepth
            ? new("issue.parent_id", $"Issues can be nested at most {MaxDepth} levels deep.")
            : null;
    }

    private void PlaceUnder(Issue? parent)
    {
        ParentId = parent?.Id;
        RootId = parent is null ? null : parent.RootId ?? parent.Id;
        HierarchyDepth = parent is null ? 0 : parent.HierarchyDepth + 1;
        HierarchyPath = parent?.DescendantPath ?? "/";
    }

    /// <summary>Adds an entry to the history. What hangs on the issue, such as an approval, adds its own.</summary>
    internal void Record(IssueAction action, List<FieldChange> changes, string? comment, UserId actorId, DateTimeOffset at)
    {
        if (changes.Count == 0)
            return;
        history.Add(new(OrganizationId, action, actorId, at, changes, comment));
        Touch(at);
        if (action is IssueAction.Updated)
            Raise(new IssueUpdated(ProjectId, changes, actorId, at));
    }

    /// <summary>Every field that has a value.</summary>
    private List<FieldChange> Snapshot() =>
        [
            .. IssueFields
                .For(FieldUses.History)
                .Where(f => !f.FactOf(this, default).IsMissing)
                .Select(f => new FieldChange(f.Name, null, f.ValueOf(this))),
            .. CustomFields.Select(f => new FieldChange(IssueFields.CustomPrefix + f.Key, null, f.Value)),
        ];

    private static void Set<T>(string field, T from, T to, List<FieldChange> changes, Action<T> assign)
    {
        if (EqualityComparer<T>.Default.Equals(from, to))
            return;
        changes.Add(new(field, from, to));
        assign(to);
    }
}
