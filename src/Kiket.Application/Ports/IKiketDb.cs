using Kiket.Domain.Approvals;
using Kiket.Domain.Audit;
using Kiket.Domain.Checklists;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.OAuth;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Ports;

/// <summary>
/// The tables that a handler may use. All except organizations only show rows of the current actor's organization.
/// </summary>
internal interface IKiketDb
{
    /// <summary>Name of the query filter that hides deleted rows.</summary>
    const string NotDeletedFilter = "not_deleted";

    DbSet<Organization> Organizations { get; }

    DbSet<User> Users { get; }

    DbSet<AccessToken> AccessTokens { get; }

    DbSet<Invitation> Invitations { get; }

    DbSet<PasswordSignIn> PasswordSignIns { get; }

    DbSet<OAuthApplication> OAuthApplications { get; }

    DbSet<Project> Projects { get; }

    DbSet<ProjectMember> ProjectMembers { get; }

    DbSet<Workflow> Workflows { get; }

    DbSet<Issue> Issues { get; }

    DbSet<IssueChange> IssueChanges { get; }

    DbSet<IssueCount> IssueCounts { get; }

    DbSet<Comment> Comments { get; }

    DbSet<Approval> Approvals { get; }

    DbSet<ChecklistMark> ChecklistMarks { get; }

    DbSet<Milestone> Milestones { get; }

    DbSet<DefinitionFile> DefinitionFiles { get; }

    DbSet<Notification> Notifications { get; }

    DbSet<LoggedEvent> Events { get; }

    DbSet<Webhook> Webhooks { get; }

    DbSet<WebhookDelivery> WebhookDeliveries { get; }

    DbSet<WebhookAttempt> WebhookAttempts { get; }

    DbSet<Extension> Extensions { get; }

    DbSet<ExtensionReport> ExtensionReports { get; }

    DbSet<StoredValue> StoredValues { get; }

    DbSet<ExtensionSecret> ExtensionSecrets { get; }

    DbSet<ExtensionAuditEntry> ExtensionAuditEntries { get; }

    DbSet<AuditRecord> AuditRecords { get; }

    DbSet<AuditAnchor> AuditAnchors { get; }

    DbSet<SlaTimer> SlaTimers { get; }

    DbSet<SlaEvent> SlaEvents { get; }

    DbSet<CustomModule> CustomModules { get; }

    DbSet<CustomRecord> CustomRecords { get; }

    DbSet<CustomRecordValue> CustomRecordValues { get; }

    /// <summary>The rows of all organizations: the only way around the filter that hides other organizations' rows.</summary>
    /// <param name="withDeleted">Whether deleted issues are among them.</param>
    IQueryable<T> AcrossTenants<T>(bool withDeleted = false)
        where T : class;

    /// <summary>Takes the project's next issue number and locks the project's row until the transaction ends.</summary>
    Task<int> TakeIssueNumberAsync(ProjectId projectId, CancellationToken ct);
}
