using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>An installed extension as clients see it (contract, section 12.1).</summary>
internal record ExtensionDto : IVersioned
{
    public required ExtensionId Id { get; init; }

    /// <summary>The manifest's id.</summary>
    public required string ExtensionId { get; init; }

    public required string Name { get; init; }

    /// <summary>The manifest's version.</summary>
    public required string Version { get; init; }

    public required string ApiVersion { get; init; }

    public required string? Description { get; init; }

    public required ExtensionStatus Status { get; init; }

    public required ExtensionDelivery Delivery { get; init; }

    public required string? CallbackUrl { get; init; }

    public required IReadOnlyList<string> Permissions { get; init; }

    public required IReadOnlyList<string> ActivationEvents { get; init; }

    /// <summary>The settings that have a value, including defaults, without secrets.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Configuration { get; init; }

    /// <summary>The project that it is installed for; null for the whole organization.</summary>
    public required ProjectId? ProjectId { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The user that it acts as.</summary>
    public required UserId ServiceUserId { get; init; }

    /// <summary>The first characters of its API key.</summary>
    public required string ApiKeyPrefix { get; init; }

    /// <summary>When the key was last used, to within a minute; null when it never was.</summary>
    public required DateTimeOffset? ApiKeyLastUsedAt { get; init; }

    /// <summary>Requests per window; null for the server's default.</summary>
    public required int? RateLimitRequests { get; init; }

    /// <summary>Length of that window in seconds; null for the server's default.</summary>
    public required int? RateLimitWindow { get; init; }

    /// <summary>Networks or addresses from which its credentials are accepted; null for everywhere.</summary>
    public required IReadOnlyList<string>? AllowedNetworks { get; init; }

    public required DateTimeOffset InstalledAt { get; init; }

    public required DateTimeOffset? UninstalledAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The whole manifest, without secrets.</summary>
    public required JsonElement? Manifest { get; init; }

    public required ExtensionHealthDto Health { get; init; }

    [JsonIgnore]
    public int Revision { get; init; }

    int IVersioned.Version => Revision;

    internal static ExtensionDto Of(Extension e, ExtensionHealth health) =>
        new()
        {
            Id = e.Id,
            ExtensionId = e.Key,
            Name = e.Manifest.Name,
            Version = e.Manifest.Version,
            ApiVersion = e.Manifest.ApiVersion,
            Description = e.Manifest.Description,
            Status = e.Status,
            Delivery = e.Manifest.Delivery,
            CallbackUrl = e.CallbackUrl,
            Permissions = e.Manifest.Permissions,
            ActivationEvents = e.Manifest.ActivationEvents,
            Configuration = e.Settings(),
            ProjectId = e.ProjectId,
            OrganizationId = e.OrganizationId,
            ServiceUserId = e.ServiceUserId,
            ApiKeyPrefix = e.KeyPrefix,
            ApiKeyLastUsedAt = e.KeyLastUsedAt,
            RateLimitRequests = e.RateLimitRequests,
            RateLimitWindow = e.RateLimitWindowSeconds,
            AllowedNetworks = e.AllowedNetworks,
            InstalledAt = e.InstalledAt,
            UninstalledAt = e.UninstalledAt,
            UpdatedAt = e.UpdatedAt,
            Manifest = e.Manifest.Document,
            Health = new(health.Status, health.Message),
            Revision = e.Version,
        };
}

/// <summary>The health of an extension in the last hour.</summary>
internal sealed record ExtensionHealthDto(HealthStatus Status, string Message);

/// <summary>An extension right after its installation or upgrade.</summary>
internal sealed record InstalledExtensionDto : ExtensionDto
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal InstalledExtensionDto(ExtensionDto extension)
        : base(extension) { }

    [JsonConstructor]
    private InstalledExtensionDto() { }

    /// <summary>Its API key; only in the response to its installation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKey { get; init; }

    /// <summary>The secret that signs its events; only in the response to the request that creates it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebhookSecret { get; init; }

    /// <summary>The permissions that are new.</summary>
    public IReadOnlyList<string> AddedPermissions { get; init; } = [];

    /// <summary>Warnings about the manifest.</summary>
    public IReadOnlyList<ErrorDetail> Warnings { get; init; } = [];

    [JsonIgnore]
    public bool IsNew { get; init; }
}
