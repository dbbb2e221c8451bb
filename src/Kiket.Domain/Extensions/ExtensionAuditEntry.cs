using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>An entry in the audit log of an extension; never changed, and kept after it is uninstalled.</summary>
internal sealed class ExtensionAuditEntry
{
    /// <summary>It was installed.</summary>
    public const string Installed = "installed";

    /// <summary>It got a new manifest.</summary>
    public const string Upgraded = "upgraded";

    /// <summary>It was removed.</summary>
    public const string Uninstalled = "uninstalled";

    /// <summary>Its settings or limits were changed.</summary>
    public const string Configured = "configured";

    /// <summary>It got another API key.</summary>
    public const string KeyRotated = "api_key.rotated";

    /// <summary>It got another secret that signs what it is sent.</summary>
    public const string WebhookSecretRotated = "webhook_secret.rotated";

    /// <summary>It was sent a test event.</summary>
    public const string Tested = "tested";

    /// <summary>A secret was stored or replaced.</summary>
    public const string SecretSet = "secret.set";

    /// <summary>The value of a secret was given to somebody.</summary>
    public const string SecretRead = "secret.read";

    /// <summary>A secret was deleted.</summary>
    public const string SecretDeleted = "secret.deleted";

    /// <summary>Longest <see cref="Action"/>, in characters.</summary>
    public const int MaxActionLength = 32;

    /// <summary>Longest <see cref="Subject"/>, in characters.</summary>
    public const int MaxSubjectLength = 255;

    private ExtensionAuditEntry() { }

    /// <summary>Database id; later entries have greater ones.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The installation.</summary>
    public ExtensionId ExtensionId { get; private set; }

    /// <summary>What was done: one of the names above.</summary>
    public string Action { get; private set; } = "";

    /// <summary>What it was done to, such as the key of a secret, or null for the extension itself.</summary>
    public string? Subject { get; private set; }

    /// <summary>More about it by name; never a secret.</summary>
    public IReadOnlyDictionary<string, JsonElement> Details { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>Who did it.</summary>
    public UserId ActorId { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>Writes an entry.</summary>
    /// <param name="extension">The installation; has a database id.</param>
    /// <param name="action">What was done.</param>
    /// <param name="subject">What it was done to, or null for the extension itself.</param>
    /// <param name="details">More about it.</param>
    /// <param name="actorId">Who did it.</param>
    /// <param name="at">When.</param>
    public static ExtensionAuditEntry Of(
        Extension extension,
        string action,
        string? subject,
        IReadOnlyDictionary<string, JsonElement>? details,
        UserId actorId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(extension);
        return new()
        {
            OrganizationId = extension.OrganizationId,
            ExtensionId = extension.Id,
            Action = action,
            Subject = subject,
            Details = details ?? new Dictionary<string, JsonElement>(),
            ActorId = actorId,
            At = at.ToUniversalTime(),
        };
    }
}
