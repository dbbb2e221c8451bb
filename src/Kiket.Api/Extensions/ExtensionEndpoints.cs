using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.Webhooks;
using Kiket.Application.Common;
using Kiket.Application.Extensions;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>Extensions, installed for a project or the whole organization.</summary>
internal static class ExtensionEndpoints
{
    public static void MapExtensions(this IEndpointRouteBuilder api)
    {
        var extensions = api.MapGroup("/extensions").WithTags("Extensions");

        extensions.MapGet("/", ListExtensions).WithName(nameof(ListExtensions)).Reads(Scope.Extensions);
        extensions.MapPost("/", InstallExtension).WithName(nameof(InstallExtension)).Writes(Scope.Extensions);
        extensions.MapGet("/{extension}", GetExtension).WithName(nameof(GetExtension)).ReadsOwn(Scope.Extensions);
        extensions.MapPatch("/{extension}", UpdateExtension).WithName(nameof(UpdateExtension)).Writes(Scope.Extensions);
        extensions.MapDelete("/{extension}", UninstallExtension).WithName(nameof(UninstallExtension)).Writes(Scope.Extensions);
        extensions
            .MapPost("/{extension}/api_key/rotate", RotateApiKey)
            .WithName(nameof(RotateApiKey))
            .WritesOwn(Scope.Extensions);
        extensions
            .MapPost("/{extension}/webhook_secret/rotate", RotateExtensionSecret)
            .WithName(nameof(RotateExtensionSecret))
            .WritesOwn(Scope.Extensions);
        extensions.MapPost("/{extension}/test", TestExtension).WithName(nameof(TestExtension)).WritesOwn(Scope.Extensions);
        extensions
            .MapGet("/{extension}/audit_log", ListExtensionAudit)
            .WithName(nameof(ListExtensionAudit))
            .Reads(Scope.Extensions);
    }

    /// <summary>Lists the installed extensions that you can see.</summary>
    private static async Task<Results<Ok<ExtensionPage>, ErrorResult>> ListExtensions(
        [AsParameters] ExtensionListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListExtensionsQuery(
                    Projects.Of(parameters.ProjectId),
                    Parameters.Enums<ExtensionStatus>("status", parameters.Status),
                    page.ToPage()
                ),
                ct
            )
        ).ToOk(ExtensionPage.Of);

    /// <summary>Installs an extension (201, with its API key) or upgrades an installed one (200).</summary>
    private static async Task<
        Results<CreatedResource<InstalledExtensionDto>, Resource<InstalledExtensionDto>, ErrorResult>
    > InstallExtension(
        ManifestBody body,
        [
            FromQuery(Name = "project_id"),
            Description("The project to install it for: its id or key; the whole organization by default.")
        ]
            string? project,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IMediator mediator,
        CancellationToken ct
    )
    {
        if (body.Manifest is not { } manifest)
            return new ErrorResult(Error.Validation("manifest", "manifest must be an object or YAML text."));
        var installed = await mediator.Send(
            new InstallExtensionCommand(
                manifest with
                {
                    IsStrict = body.Strict ?? strict ?? true,
                },
                Parameters.Agreed("project_id", body.ProjectId, Projects.Of(project)),
                body.Configuration,
                body.CallbackUrl
            ),
            ct
        );
        return installed.Error is { } error ? new ErrorResult(error)
            : installed.Value.IsNew
                ? new CreatedResource<InstalledExtensionDto>(installed.Value, $"/api/v1/extensions/{installed.Value.Id}")
            : new Resource<InstalledExtensionDto>(installed.Value);
    }

    /// <summary>Reads one installed extension by its id or the id of its manifest.</summary>
    private static async Task<Results<Resource<ExtensionDto>, ErrorResult>> GetExtension(
        ExtensionRef extension,
        [AsParameters] ExtensionParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetExtensionQuery(extension, parameters.ToProject()), ct)).ToResource();

    /// <summary>Changes the settings and limits of an extension.</summary>
    private static async Task<Results<Resource<ExtensionDto>, ErrorResult>> UpdateExtension(
        ExtensionRef extension,
        ExtensionBody body,
        [AsParameters] ExtensionParameters parameters,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(new UpdateExtensionCommand(extension, parameters.ToProject(), body.ToEdit(), ifMatch.Version), ct)
        ).ToResource();

    /// <summary>Uninstalls an extension; its credentials become invalid immediately.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> UninstallExtension(
        ExtensionRef extension,
        [AsParameters] ExtensionParameters parameters,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UninstallExtensionCommand(extension, parameters.ToProject(), ifMatch.Version), ct)).ToSuccess();

    /// <summary>Rotates an extension's API key. The new key is shown once; the previous one remains valid for 24 hours.</summary>
    private static async Task<Results<Ok<RotatedApiKeyDto>, ErrorResult>> RotateApiKey(
        ExtensionRef extension,
        [AsParameters] ExtensionParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RotateApiKeyCommand(extension, parameters.ToProject()), ct)).ToOk(rotated => rotated);

    /// <summary>
    /// Rotates an extension's webhook secret. The new secret is shown once; the previous one also signs for 24 hours.
    /// </summary>
    private static async Task<Results<Ok<RotatedExtensionSecretDto>, ErrorResult>> RotateExtensionSecret(
        ExtensionRef extension,
        RotationBody? body,
        [AsParameters] ExtensionParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new RotateExtensionSecretCommand(extension, parameters.ToProject(), body?.Secret), ct)).ToOk(
            rotated => rotated
        );

    /// <summary>Sends an extension the event `webhook.test` once and returns the request and the response.</summary>
    private static async Task<Results<Ok<TestedWebhookDto>, ErrorResult>> TestExtension(
        ExtensionRef extension,
        [AsParameters] ExtensionParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new TestExtensionCommand(extension, parameters.ToProject()), ct)).ToOk(tested => tested);

    /// <summary>Lists the audit log of an extension, newest first.</summary>
    private static async Task<Results<Ok<DataPage<ExtensionAuditEntryDto>>, ErrorResult>> ListExtensionAudit(
        ExtensionRef extension,
        [AsParameters] ExtensionParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ListExtensionAuditQuery(extension, parameters.ToProject(), page.ToPage()), ct)).ToOk(
            DataPage<ExtensionAuditEntryDto>.Of
        );
}

internal sealed record ExtensionPage(IReadOnlyList<ExtensionDto> Extensions, PageMeta Meta)
{
    public static ExtensionPage Of(Page<ExtensionDto> page) => new(page.Items, PageMeta.Of(page));
}

/// <summary>Selects an installation when a manifest's id alone is ambiguous.</summary>
internal sealed record ExtensionParameters
{
    [
        FromQuery(Name = "project_id"),
        Description("The project that the extension is installed for; needed when the manifest's id alone is ambiguous.")
    ]
    public string? ProjectId { get; init; }

    public ProjectRef? ToProject() => Projects.Of(ProjectId);
}

internal sealed record ExtensionListParameters
{
    [FromQuery(Name = "project_id"), Description("Only extensions that work in this project: its id or key.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "status"), Description("`active` (the default), `uninstalled`, or both, separated by a comma.")]
    public string? Status { get; init; }
}

internal static class Projects
{
    public static ProjectRef? Of(string? text) => string.IsNullOrEmpty(text) ? null : Parameters.Project("project_id", text);
}

[Envelope("extension")]
internal sealed record ExtensionBody
{
    /// <summary>Values of settings; null removes one.</summary>
    public Optional<IReadOnlyDictionary<string, JsonElement>?> Configuration { get; init; }

    public Optional<int?> RateLimitRequests { get; init; }

    /// <summary>Seconds.</summary>
    public Optional<int?> RateLimitWindow { get; init; }

    /// <summary>Networks or addresses from which its credentials are accepted; null for everywhere.</summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }

    public ExtensionEdit ToEdit() =>
        new()
        {
            Configuration = Configuration,
            RateLimitRequests = RateLimitRequests,
            RateLimitWindowSeconds = RateLimitWindow,
            AllowedNetworks = AllowedNetworks,
        };
}
