using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.CustomData;

using Record = IReadOnlyDictionary<string, JsonElement>;

/// <summary>Records of custom data, for users and for extensions.</summary>
internal static class CustomDataEndpoints
{
    public static void MapCustomData(this IEndpointRouteBuilder api)
    {
        var modules = api.MapGroup("/custom_data_modules").WithTags("Custom data");
        modules.MapGet("/", ListCustomModules).WithName(nameof(ListCustomModules)).Reads(Scope.CustomData);
        modules.MapPost("/", PublishCustomModule).WithName(nameof(PublishCustomModule)).Writes(Scope.CustomData);

        api.MapGroup("/custom_data/{module}/{table}").WithTags("Custom data").MapRecords("CustomRecord");
        api.MapGroup("/ext/custom_data/{module}/{table}").WithTags("Extension API").MapRecords("ExtCustomRecord");
    }

    /// <summary>The routes of records, for people and for extensions.</summary>
    private static void MapRecords(this RouteGroupBuilder records, string name)
    {
        records.MapGet("/", ListRecords).WithName($"List{name}s").Reads(Scope.CustomData);
        records
            .MapPost("/", CreateRecords)
            .WithName($"Create{name}")
            .Writes(Scope.CustomData)
            .Produces<AddedRecords>(StatusCodes.Status201Created);
        records.MapGet("/{id}", GetRecord).WithName($"Get{name}").Reads(Scope.CustomData);
        records.MapPatch("/{id}", UpdateRecord).WithName($"Update{name}").Writes(Scope.CustomData);
        records.MapDelete("/{id}", DeleteRecord).WithName($"Delete{name}").Writes(Scope.CustomData);
    }

    /// <summary>Lists the custom data modules that you can see.</summary>
    private static async Task<Results<Ok<DataPage<CustomModuleDto>>, ErrorResult>> ListCustomModules(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListCustomModulesQuery(parameters.ToPage()), ct)).ToOk(DataPage<CustomModuleDto>.Of);

    /// <summary>
    /// Creates a custom data module (201) or changes its schema (200). An error lists the records that do not fit.
    /// </summary>
    private static async Task<Results<Created<PublishedModuleDto>, Ok<PublishedModuleDto>, ErrorResult>> PublishCustomModule(
        ModuleBody body,
        [
            FromQuery(Name = "project_id"),
            Description(
                "The project that the module belongs to, or that the extension is installed for: its id or key. Can "
                    + "also be given in the body."
            )
        ]
            string? project,
        [
            FromQuery(Name = "extension_id"),
            Description("The installed extension that the module belongs to. Can also be given in the body.")
        ]
            string? extension,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IMediator mediator,
        CancellationToken ct
    )
    {
        if (body.Schema is not { } schema)
            return new ErrorResult(Error.Validation("schema", "schema must be an object or YAML text."));
        ExtensionRef? named =
            string.IsNullOrEmpty(extension) ? null
            : ExtensionRef.TryParse(extension, out var parsed) ? parsed
            : throw new InvalidParameterException("extension_id", $"'{extension}' is not an extension; use an id.");
        var published = await mediator.Send(
            new PublishCustomModuleCommand(
                schema with
                {
                    IsStrict = strict ?? true,
                },
                Parameters.Agreed("project_id", body.Project, Extensions.Projects.Of(project)),
                Parameters.Agreed("extension_id", body.Extension, named)
            ),
            ct
        );
        return published.Error is { } error ? new ErrorResult(error)
            : published.Value.IsNew ? TypedResults.Created((string?)null, published.Value)
            : TypedResults.Ok(published.Value);
    }

    /// <summary>Lists the records of a table; for an extension, those that its manifest lets it read.</summary>
    /// <remarks>
    /// A filter or sort on a column without an index is rejected if it would scan more than 10,000 records.
    /// </remarks>
    private static async Task<Results<Ok<DataPage<Record>>, ErrorResult>> ListRecords(
        string module,
        string table,
        [AsParameters] RecordParameters parameters,
        [AsParameters] RecordListParameters list,
        HttpRequest request,
        IMediator mediator,
        CancellationToken ct
    )
    {
        if (list.Limit is < 1 or > PageRequest.MaxSize)
            return new ErrorResult(Error.InvalidParameter("limit", $"limit must be a number from 1 to {PageRequest.MaxSize}."));
        var page = new PageRequest(list.Page, list.Limit ?? list.PerPage ?? RecordListParameters.DefaultLimit, list.Sort);
        var query = new ListCustomRecordsQuery(parameters.ToTable(module, table), CustomDataFilters.Read(request.Query), page);
        return (await mediator.Send(query, ct)).ToOk(DataPage<Record>.Of);
    }

    /// <summary>Adds a record, or up to 500 as `records`: all of them or none.</summary>
    private static async Task<IResult> CreateRecords(
        string module,
        string table,
        RecordsBody body,
        [AsParameters] RecordParameters parameters,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var reference = parameters.ToTable(module, table);
        if ((body.Record is null) == (body.Records is null))
            return new ErrorResult(Error.Validation("record", "Specify record, an object, or records, a list of objects."));
        var created = await mediator.Send(
            new CreateCustomRecordsCommand(reference, body.Records ?? [body.Record!], IsBulk: body.Records is not null),
            ct
        );
        return created.Error is { } error
            ? new ErrorResult(error)
            : TypedResults.Created((string?)null, new AddedRecords(body.Records is null ? created.Value[0] : created.Value));
    }

    /// <summary>Reads one record.</summary>
    private static async Task<Results<Ok<RecordAnswer>, ErrorResult>> GetRecord(
        string module,
        string table,
        string id,
        [AsParameters] RecordParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new GetCustomRecordQuery(parameters.ToTable(module, table), id), ct)).ToOk(r => new RecordAnswer(r));

    /// <summary>Changes some columns of a record.</summary>
    private static async Task<Results<Ok<RecordAnswer>, ErrorResult>> UpdateRecord(
        string module,
        string table,
        string id,
        RecordBody body,
        [AsParameters] RecordParameters parameters,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var reference = parameters.ToTable(module, table);
        return body.Record is { } changes
            ? (await mediator.Send(new UpdateCustomRecordCommand(reference, id, changes), ct)).ToOk(r => new RecordAnswer(r))
            : new ErrorResult(Error.Validation("record", "record must be an object."));
    }

    /// <summary>Deletes a record.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteRecord(
        string module,
        string table,
        string id,
        [AsParameters] RecordParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteCustomRecordCommand(parameters.ToTable(module, table), id), ct)).ToSuccess();
}

/// <summary>One record: its id, its columns, `organization_id`, `project_id`, `created_at` and `updated_at`.</summary>
internal sealed record RecordAnswer(Record Data);

/// <param name="Data">The new record, or the list of new records if the request contained `records`.</param>
internal sealed record AddedRecords(object Data);

internal sealed record RecordParameters
{
    [
        FromQuery(Name = "project_id"),
        Description("The project: its id or key. For an extension, that of its installation by default.")
    ]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }

    public CustomTableRef ToTable(string module, string table) =>
        new(
            module,
            table,
            Parameters.Project("project_id", Parameters.OneOf(("project_id", ProjectId), ("project_key", ProjectKey)))
        );
}

internal sealed record RecordListParameters
{
    public const int DefaultLimit = 50;

    [
        FromQuery(Name = "filters"),
        Description(
            "Conditions on the columns, as JSON or as `filters[column]=value`: a value, a list of values, or operators: "
                + "`{\"total\": {\"gte\": 10}}`; eq, ne, gt, gte, lt, lte, in."
        )
    ]
    public string? Filters { get; init; }

    [FromQuery(Name = "limit"), Description("Rows per page, 1 to 100; 50 by default. Takes precedence over `per_page`.")]
    public int? Limit { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100.")]
    public int? PerPage { get; init; }

    [
        FromQuery(Name = "sort"),
        Description("Sort order: a column and `asc` or `desc`. Empty values come last in ascending order.")
    ]
    public string? Sort { get; init; }
}
