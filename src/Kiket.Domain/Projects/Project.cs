using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Projects;

/// <summary>Whether a project is worked on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProjectStatus>))]
public enum ProjectStatus
{
    /// <summary>It takes changes.</summary>
    Active,

    /// <summary>It is read-only, except that it can become active again.</summary>
    Archived,
}

/// <summary>Who sees a project.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProjectVisibility>))]
internal enum ProjectVisibility
{
    /// <summary>Its members, its lead and the organization's administrators.</summary>
    Private,

    /// <summary>Everybody in the organization.</summary>
    Team,

    /// <summary>Everybody in the organization; clients may show it as open.</summary>
    Public,
}

/// <summary>A body of work with its own issues, types, workflows and members.</summary>
public sealed class Project : AggregateRoot<ProjectId>, IKeepsTexts
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Longest description, in characters.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>Longest address of a repository, in characters.</summary>
    public const int MaxUrlLength = 500;

    /// <summary>Most bytes of settings, as UTF-8 JSON.</summary>
    public const int MaxSettingsBytes = 65_536;

    private Project() { }

    /// <summary>First part of its issues' keys; unique in the organization and never changed.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in the form in which it is sorted; see <see cref="Common.SearchText.SortKey"/>.</summary>
    internal string SortKey { get; private set; } = "";

    /// <summary>The name in the form in which it is searched; see <see cref="Common.SearchText"/>.</summary>
    internal string SearchText { get; private set; } = "";

    /// <summary>What it is about, or null.</summary>
    public string? Description { get; private set; }

    /// <summary>Whether it is worked on.</summary>
    public ProjectStatus Status { get; private set; }

    /// <summary>Who sees it.</summary>
    internal ProjectVisibility Visibility { get; private set; }

    /// <summary>Address of its repository, or null.</summary>
    public string? GithubRepoUrl { get; private set; }

    /// <summary>First day, or null.</summary>
    public DateOnly? StartDate { get; private set; }

    /// <summary>Last day, or null.</summary>
    public DateOnly? EndDate { get; private set; }

    /// <summary>Whether workflows follow the repository.</summary>
    public bool WorkflowSyncEnabled { get; private set; }

    /// <summary>Whether boards are made from workflows.</summary>
    public bool WorkflowAutoBoards { get; private set; }

    /// <summary>Free settings: one JSON object.</summary>
    public IReadOnlyDictionary<string, JsonElement> Settings { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>The user who leads it, or null.</summary>
    public UserId? LeadId { get; private set; }

    /// <summary>Number of the newest issue, 0 when there is none.</summary>
    public int LastIssueNumber { get; private set; }

    /// <summary>What its issues can be.</summary>
    public ProjectSchema Schema { get; private set; } = ProjectSchema.BuiltIn;

    /// <summary>
    /// The limits on the time in states that are defined beside its workflows, in the order of its definitions.
    /// </summary>
    internal IReadOnlyList<SlaDefinition> SlaDefinitions { get; private set; } = [];

    /// <summary>Starts a project with the built-in schema.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="key">Its key, or null to derive one from the name.</param>
    /// <param name="edit">All else; the name is required.</param>
    /// <param name="at">Instant of the start.</param>
    /// <returns>The project, or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<Project> Start(OrganizationId organizationId, string? key, ProjectEdit edit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        edit = Cleaned(edit);
        var project = new Project { OrganizationId = organizationId, Visibility = ProjectVisibility.Private };
        var errors = project.Validate(edit with { Name = edit.Name.Or(null) });
        if (key is not null && !ProjectKey.IsValid(key))
            errors.Add(ProjectErrors.KeyDetail);
        if (errors.Count > 0)
            return Error.Validation(errors);

        project.Key = key ?? ProjectKey.From(edit.Name.Value!);
        project.Apply(edit);
        project.Created(at);
        return project;
    }

    /// <summary>Changes the project.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <param name="actorId">Who changes it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>
    /// Success; <c>PROJECT_ARCHIVED</c> when it is archived and the change does not make it active;
    /// or <c>VALIDATION_ERROR</c> with every invalid field. A refusal changes nothing.
    /// </returns>
    public Result Edit(ProjectEdit edit, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        edit = Cleaned(edit);
        if (Status is ProjectStatus.Archived && edit.Status.Or(Status) is ProjectStatus.Archived)
            return ProjectErrors.Archived(Key);
        var errors = Validate(edit);
        if (errors.Count > 0)
            return Error.Validation(errors);

        var before = Fields();
        Apply(edit);
        Touch(at);
        RaiseUpdated(before, actorId, at);
        return Result.Success;
    }

    /// <summary>Archives the project; archiving it again changes nothing.</summary>
    /// <param name="actorId">Who archives it.</param>
    /// <param name="at">Instant of the change.</param>
    public void Archive(UserId actorId, DateTimeOffset at)
    {
        if (Status is ProjectStatus.Archived)
            return;
        var before = Fields();
        Status = ProjectStatus.Archived;
        Touch(at);
        RaiseUpdated(before, actorId, at);
    }

    /// <summary>Whether somebody's membership may become a role, or end.</summary>
    /// <param name="userId">Who.</param>
    /// <param name="role">The role, or null for the end of the membership.</param>
    /// <returns>
    /// Success; <c>PROJECT_ARCHIVED</c>; or <c>VALIDATION_ERROR</c> when the user leads the project and would be less than a
    /// lead.
    /// </returns>
    internal Result AllowMembership(UserId userId, ProjectRole? role)
    {
        if (Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(Key);
        return userId == LeadId && role is not ProjectRole.Lead ? ProjectErrors.LeadIsMember(userId) : Result.Success;
    }

    /// <summary>Takes another schema.</summary>
    /// <param name="schema">The new schema.</param>
    /// <param name="at">Instant of the change.</param>
    public void UseSchema(ProjectSchema schema, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Schema = schema;
        Touch(at);
    }

    /// <summary>Takes other limits on the time in states.</summary>
    /// <param name="definitions">The limits.</param>
    /// <param name="at">Instant of the change.</param>
    internal void UseSlaDefinitions(IReadOnlyList<SlaDefinition> definitions, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        SlaDefinitions = definitions;
        Touch(at);
    }

    /// <summary>Restores a project that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static Project Restore(ProjectSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var project = new Project
        {
            Key = snapshot.Key,
            Name = snapshot.Name,
            Description = snapshot.Description,
            Status = snapshot.Status,
            Visibility = snapshot.Visibility,
            GithubRepoUrl = snapshot.GithubRepoUrl,
            StartDate = snapshot.StartDate,
            EndDate = snapshot.EndDate,
            WorkflowSyncEnabled = snapshot.WorkflowSyncEnabled,
            WorkflowAutoBoards = snapshot.WorkflowAutoBoards,
            Settings = snapshot.Settings,
            LeadId = snapshot.LeadId,
            LastIssueNumber = snapshot.LastIssueNumber,
            Schema = snapshot.Schema,
            SlaDefinitions = snapshot.SlaDefinitions,
        };
        project.TakeStored(snapshot);
        project.Fold();
        return project;
    }

    /// <summary>Everything that a host must store. The events are in <see cref="AggregateRoot{TId}.DomainEvents"/>.</summary>
    public ProjectSnapshot ToSnapshot() =>
        new()
        {
            Id = Id,
            OrganizationId = OrganizationId,
            Key = Key,
            Name = Name,
            Description = Description,
            Status = Status,
            Visibility = Visibility,
            GithubRepoUrl = GithubRepoUrl,
            StartDate = StartDate,
            EndDate = EndDate,
            WorkflowSyncEnabled = WorkflowSyncEnabled,
            WorkflowAutoBoards = WorkflowAutoBoards,
            Settings = Settings,
            LeadId = LeadId,
            LastIssueNumber = LastIssueNumber,
            Schema = Schema,
            SlaDefinitions = SlaDefinitions,
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    void IKeepsTexts.RefreshTexts()
    {
        Name = UnicodeText.CleanName(Name);
        Description = Description is null ? null : UnicodeText.Clean(Description);
        Fold();
    }

    private static ProjectEdit Cleaned(ProjectEdit edit) =>
        edit with
        {
            Name = edit.Name.Map(name => name is null ? null : UnicodeText.CleanName(name)),
            Description = edit.Description.Map(text => text is null ? null : UnicodeText.Clean(text)),
        };

    private List<ErrorDetail> Validate(ProjectEdit edit)
    {
        List<ErrorDetail> errors = [];
        if (
            edit.Name is { IsSet: true, Value: var name }
            && (UnicodeText.IsBlank(name) || UnicodeText.Length(name!) is < 2 or > MaxNameLength)
        )
            errors.Add(new("project.name", $"The name must have 2 to {MaxNameLength} characters and not be blank."));
        if (edit.Description.Or(null) is { } description && UnicodeText.Length(description) > MaxDescriptionLength)
            errors.Add(new("project.description", $"The description can have at most {MaxDescriptionLength} characters."));
        if (edit.Status is { IsSet: true, Value: var status } && !Enum.IsDefined(status))
            errors.Add(new("project.status", $"{(int)status} is not a valid project status."));
        if (edit.Visibility is { IsSet: true, Value: var visibility } && !Enum.IsDefined(visibility))
            errors.Add(new("project.visibility", $"{(int)visibility} is not a valid visibility."));
        if (edit.GithubRepoUrl.Or(null) is { } url && !WebAddress.IsHttp(url, MaxUrlLength))
            errors.Add(
                new(
                    "project.github_repo_url",
                    $"The repository must be an http or https address of at most {MaxUrlLength} characters."
                )
            );
        if (edit.EndDate.Or(EndDate) < edit.StartDate.Or(StartDate))
            errors.Add(new("project.end_date", "The end date must not be before the start date."));
        if (edit.Settings is { IsSet: true, Value: { } settings } && JsonValues.SizeOf(settings) > MaxSettingsBytes)
            errors.Add(new("project.settings", $"The settings can have at most {MaxSettingsBytes} bytes."));
        return errors;
    }

    /// <summary>What an event of a change may tell, by wire name.</summary>
    private (string Field, object? Value)[] Fields() =>
        [
            ("name", Name),
            ("description", Description),
            ("status", WireName.Of(Status)),
            ("visibility", WireName.Of(Visibility)),
            ("github_repo_url", GithubRepoUrl),
            ("start_date", StartDate),
            ("end_date", EndDate),
            ("workflow_sync_enabled", WorkflowSyncEnabled),
            ("workflow_auto_boards", WorkflowAutoBoards),
            ("settings", Settings),
            ("lead_id", LeadId),
        ];

    private void RaiseUpdated((string Field, object? Value)[] before, UserId actorId, DateTimeOffset at)
    {
        List<FieldChange> changes =
        [
            .. before
                .Zip(Fields())
                .Where(f => !AreSame(f.First.Value, f.Second.Value))
                .Select(f => new FieldChange(f.First.Field, f.First.Value, f.Second.Value)),
        ];
        if (changes.Count > 0)
            Raise(new ProjectUpdated(changes, actorId, at));
    }

    private static bool AreSame(object? one, object? other) =>
        (one, other) is (IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement> after)
            ? JsonValues.AreSame(before, after)
            : Equals(one, other);

    private void Fold() => (SortKey, SearchText) = (Common.SearchText.SortKey(Name), Common.SearchText.Of(Name));

    private void Apply(ProjectEdit edit)
    {
        Name = edit.Name.Or(Name)!;
        Fold();
        Description = edit.Description.Or(Description);
        Status = edit.Status.Or(Status);
        Visibility = edit.Visibility.Or(Visibility);
        GithubRepoUrl = edit.GithubRepoUrl.Or(GithubRepoUrl);
        StartDate = edit.StartDate.Or(StartDate);
        EndDate = edit.EndDate.Or(EndDate);
        WorkflowSyncEnabled = edit.WorkflowSyncEnabled.Or(WorkflowSyncEnabled);
        WorkflowAutoBoards = edit.WorkflowAutoBoards.Or(WorkflowAutoBoards);
        Settings = edit.Settings.Or(Settings) ?? new Dictionary<string, JsonElement>();
        LeadId = edit.LeadId.Or(LeadId);
    }
}

/// <summary>A partial change of a <see cref="Project"/>.</summary>
public sealed record ProjectEdit
{
    /// <summary>Display name, 2 to 100 characters.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>At most 1,000 characters, or null.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>Active or archived.</summary>
    public Optional<ProjectStatus> Status { get; init; }

    /// <summary>Who sees it.</summary>
    internal Optional<ProjectVisibility> Visibility { get; init; }

    /// <summary>An http or https address, or null.</summary>
    public Optional<string?> GithubRepoUrl { get; init; }

    /// <summary>First day, or null.</summary>
    public Optional<DateOnly?> StartDate { get; init; }

    /// <summary>Last day, or null; not before the first.</summary>
    public Optional<DateOnly?> EndDate { get; init; }

    /// <summary>Whether workflows follow the repository.</summary>
    public Optional<bool> WorkflowSyncEnabled { get; init; }

    /// <summary>Whether boards are made from workflows.</summary>
    public Optional<bool> WorkflowAutoBoards { get; init; }

    /// <summary>All settings; replaces those there are.</summary>
    public Optional<IReadOnlyDictionary<string, JsonElement>?> Settings { get; init; }

    /// <summary>The user who leads it, or null.</summary>
    public Optional<UserId?> LeadId { get; init; }
}
