using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Milestones;

/// <summary>The status of a milestone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MilestoneStatus>))]
public enum MilestoneStatus
{
    /// <summary>Not begun.</summary>
    Planning,

    /// <summary>Being worked on.</summary>
    Active,

    /// <summary>Reached.</summary>
    Completed,

    /// <summary>Given up.</summary>
    Cancelled,
}

/// <summary>A goal of a project that issues belong to.</summary>
public sealed class Milestone : AggregateRoot<long>, IKeepsTexts
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Longest description, in characters.</summary>
    public const int MaxDescriptionLength = 2000;

    /// <summary>Longest release, in characters.</summary>
    public const int MaxReleaseLength = 50;

    private Milestone() { }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>Display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in the form in which it is sorted; see <see cref="SearchText.SortKey"/>.</summary>
    internal string SortKey { get; private set; } = "";

    /// <summary>What it is about, or null.</summary>
    public string? Description { get; private set; }

    /// <summary>When it is to be reached, or null.</summary>
    public DateOnly? TargetDate { get; private set; }

    /// <summary>How far it is.</summary>
    public MilestoneStatus Status { get; private set; }

    /// <summary>The version of the product that it releases, or null; <c>version</c> on the wire.</summary>
    public string? Release { get; private set; }

    /// <summary>The user who created it.</summary>
    public UserId CreatedById { get; private set; }

    /// <summary>Creates a milestone.</summary>
    /// <param name="project">The project.</param>
    /// <param name="fields">All else; the name is required.</param>
    /// <param name="actorId">Who plans it.</param>
    /// <param name="at">Instant of the planning.</param>
    /// <returns>The milestone; <c>PROJECT_ARCHIVED</c>; or <c>VALIDATION_ERROR</c> with every invalid field.</returns>
    public static Result<Milestone> Plan(Project project, MilestoneEdit fields, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(fields);
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        fields = Cleaned(fields);
        var errors = Validate(fields with { Name = fields.Name.Or(null) });
        if (errors.Count > 0)
            return Error.Validation(errors);

        var milestone = new Milestone
        {
            OrganizationId = project.OrganizationId,
            ProjectId = project.Id,
            CreatedById = actorId,
        };
        milestone.Apply(fields);
        milestone.Created(at);
        return milestone;
    }

    /// <summary>Changes the milestone.</summary>
    /// <param name="edit">The fields to change.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> with every invalid field; a refusal changes nothing.</returns>
    public Result Edit(MilestoneEdit edit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(edit);
        edit = Cleaned(edit);
        var errors = Validate(edit);
        if (errors.Count > 0)
            return Error.Validation(errors);
        Apply(edit);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Percent of issues that are finished; 0 when there are none.</summary>
    /// <param name="issues">All issues of a milestone, 0 or more.</param>
    /// <param name="completed">Those in a final state: 0 to all of them.</param>
    /// <returns>0 to 100, with two decimals.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is negative, or more issues are completed than there are.
    /// </exception>
    public static decimal Progress(int issues, int completed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(completed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(completed, issues);
        return issues == 0 ? 0 : Math.Round(100m * completed / issues, 2);
    }

    /// <summary>Days until a milestone's target date, negative once it has passed, or null without one.</summary>
    /// <param name="targetDate">The target date.</param>
    /// <param name="today">Today's date.</param>
    public static int? DaysRemaining(DateOnly? targetDate, DateOnly today) => targetDate?.DayNumber - today.DayNumber;

    /// <summary>Whether a milestone's target date has passed while it was still planned or active.</summary>
    /// <param name="targetDate">The target date.</param>
    /// <param name="status">How far it is.</param>
    /// <param name="today">Today's date.</param>
    public static bool IsOverdue(DateOnly? targetDate, MilestoneStatus status, DateOnly today) =>
        targetDate < today && status is MilestoneStatus.Planning or MilestoneStatus.Active;

    /// <summary>Restores a milestone that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static Milestone Restore(MilestoneSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var milestone = new Milestone
        {
            ProjectId = snapshot.ProjectId,
            Name = snapshot.Name,
            Description = snapshot.Description,
            TargetDate = snapshot.TargetDate,
            Status = snapshot.Status,
            Release = snapshot.Release,
            CreatedById = snapshot.CreatedById,
        };
        milestone.TakeStored(snapshot);
        milestone.SortKey = SearchText.SortKey(milestone.Name);
        return milestone;
    }

    /// <summary>Everything that a host must store. The events are in <see cref="AggregateRoot{TId}.DomainEvents"/>.</summary>
    public MilestoneSnapshot ToSnapshot() =>
        new()
        {
            Id = Id,
            OrganizationId = OrganizationId,
            ProjectId = ProjectId,
            Name = Name,
            Description = Description,
            TargetDate = TargetDate,
            Status = Status,
            Release = Release,
            CreatedById = CreatedById,
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    void IKeepsTexts.RefreshTexts() =>
        Apply(
            Cleaned(
                new()
                {
                    Name = Name,
                    Description = Description,
                    Release = Release,
                }
            )
        );

    private static MilestoneEdit Cleaned(MilestoneEdit edit) =>
        edit with
        {
            Name = edit.Name.Map(name => name is null ? null : UnicodeText.CleanName(name)),
            Description = edit.Description.Map(text => text is null ? null : UnicodeText.Clean(text)),
            Release = edit.Release.Map(release => release is null ? null : UnicodeText.CleanName(release)),
        };

    private static List<ErrorDetail> Validate(MilestoneEdit edit)
    {
        List<ErrorDetail> errors = [];
        if (
            edit.Name is { IsSet: true, Value: var name }
            && (UnicodeText.IsBlank(name) || UnicodeText.Length(name!) > MaxNameLength)
        )
            errors.Add(new("milestone.name", $"The name must have 1 to {MaxNameLength} characters and not be blank."));
        if (edit.Description.Or(null) is { } description && UnicodeText.Length(description) > MaxDescriptionLength)
            errors.Add(new("milestone.description", $"The description can have at most {MaxDescriptionLength} characters."));
        if (edit.Status is { IsSet: true, Value: var status } && !Enum.IsDefined(status))
            errors.Add(new("milestone.status", $"{(int)status} is not a valid milestone status."));
        if (edit.Release.Or(null) is { } release && UnicodeText.Length(release) > MaxReleaseLength)
            errors.Add(new("milestone.version", $"The version can have at most {MaxReleaseLength} characters."));
        return errors;
    }

    private void Apply(MilestoneEdit edit)
    {
        Name = edit.Name.Or(Name)!;
        SortKey = SearchText.SortKey(Name);
        Description = edit.Description.Or(Description);
        TargetDate = edit.TargetDate.Or(TargetDate);
        Status = edit.Status.Or(Status);
        Release = edit.Release.Or(Release);
    }
}

/// <summary>A partial change of a <see cref="Milestone"/>.</summary>
public sealed record MilestoneEdit
{
    /// <summary>1 to 200 characters.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>At most 2,000 characters, or null.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>When it is to be reached, or null.</summary>
    public Optional<DateOnly?> TargetDate { get; init; }

    /// <summary>How far it is.</summary>
    public Optional<MilestoneStatus> Status { get; init; }

    /// <summary>At most 50 characters, or null.</summary>
    public Optional<string?> Release { get; init; }
}
